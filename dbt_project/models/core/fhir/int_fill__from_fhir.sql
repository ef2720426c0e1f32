{{ config(materialized='view') }}

with fill_record as (
    {{ fhir_record(
        'MedicationDispense',
        day=local_date('coalesce(record.handed_over_at, record.prepared_at)', 'run.time_zone'),
        happened_at='coalesce(record.handed_over_at, record.prepared_at)'
    ) }}
),

named_drug as (
    select
        medication_id as named_medication_id,
        code as named_code,
        code_system as named_code_system
    from {{ ref('stg_ehr_fhir__medication') }}
    where coalesce(status, 'active') <> 'entered-in-error'
),

-- the drug is coded in the record, or in a Medication of this or an earlier delivery
coded_record as (
    select
        record.*,
        coalesce(record.code, named_drug.named_code) as drug_code,
        case
            when record.code is null then named_drug.named_code_system else record.code_system
        end as drug_code_system
    from fill_record as record
    left join named_drug on record.medication_id = named_drug.named_medication_id
),

code_system as (
    select told as uri, meaning as code_system from {{ ref('fhir_code') }}
    where kind = 'code_system'
),

medication_code as (
    select * from {{ ref('int_medication_code__classified') }}
),

prescription as (
    select medication_id, end_date, is_part2 from {{ ref('int_medication__from_fhir') }}
),

-- only what was handed over is a supply; who ended the prescription, ended what it supplies
fill as (
    select
        {{ surrogate_key(["'ehr_fhir'", "'fill'", 'record.fill_id']) }} as medication_key,
        record.fill_id as medication_id,
        record.client_key,
        coalesce(code_system.code_system, 'unknown') as code_system,
        record.drug_code as code,
        coalesce(medication_code.medication_class, 'other') as medication_class,
        record.record_date as start_date,
        prescription.end_date,
        false as is_long_acting_injectable,
        cast(null as date) as next_due_date,
        cast(record.days_supply as integer) as days_supply,
        cast(null as {{ dbt.type_string() }}) as program_id,
        record.is_part2 or coalesce(prescription.is_part2, false) as is_part2,
        record.received_at,
        record.evidence_table,
        record.evidence_key
    from coded_record as record
    left join code_system on record.drug_code_system = code_system.uri
    left join medication_code
        on code_system.code_system = medication_code.code_system
        and replace({{ upper_code('record.drug_code') }}, '-', '') = medication_code.code
    left join prescription on record.prescription_id = prescription.medication_id
    where record.status = 'completed' and record.drug_code is not null
)

select * from fill
