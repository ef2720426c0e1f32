{{ config(materialized='view') }}

with order_record as (
    {{ fhir_record(
        'MedicationRequest',
        day=local_date('record.authored_at', 'run.time_zone'),
        happened_at='record.authored_at',
        has_program=true
    ) }}
),

run as (
    select time_zone from {{ ref('int_run__as_of') }}
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
    from order_record as record
    left join named_drug on record.medication_id = named_drug.named_medication_id
),

code_system as (
    select told as uri, meaning as code_system from {{ ref('fhir_code') }}
    where kind = 'code_system'
),

medication_code as (
    select * from {{ ref('int_medication_code__classified') }}
),

-- an order that was never given is no medication
medication as (
    select
        {{ surrogate_key(["'ehr_fhir'", 'record.prescription_id']) }} as medication_key,
        record.prescription_id as medication_id,
        record.client_key,
        coalesce(code_system.code_system, 'unknown') as code_system,
        record.drug_code as code,
        coalesce(medication_code.medication_class, 'other') as medication_class,
        record.record_date as start_date,
        {{ local_date(
            "coalesce(record.valid_until, case when record.status in ('stopped', 'completed')"
            ~ ' then coalesce(record.last_updated, record.authored_at) end)',
            'run.time_zone'
        ) }} as end_date,
        false as is_long_acting_injectable,
        cast(null as date) as next_due_date,
        cast(record.days_supply as integer) as days_supply,
        record.program_id,
        record.is_part2,
        record.received_at,
        record.evidence_table,
        record.evidence_key
    from coded_record as record
    cross join run
    left join code_system on record.drug_code_system = code_system.uri
    left join medication_code
        on code_system.code_system = medication_code.code_system
        and replace({{ upper_code('record.drug_code') }}, '-', '') = medication_code.code
    where
        record.drug_code is not null
        and coalesce(record.status, 'unknown')
        not in ('cancelled', 'draft', 'entered-in-error')
        and coalesce(record.intent, 'order') not in ('proposal', 'plan', 'option')
)

select * from medication
