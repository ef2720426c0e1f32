with record as (
    {{ sender_record(
        'ehr_fhir', 'MedicationRequest', part2_label='record.part2_label is not null'
    ) }}
),

run as (
    select time_zone from {{ ref('input_run') }}
),

named_drug as (
    select
        medication_id as named_medication_id,
        code as named_code,
        code_system as named_code_system
    from {{ ref('stg_ehr_fhir__medication') }}
    where coalesce(status, 'active') <> 'entered-in-error'
),

-- the code is in the record, or in a Medication resource of this or an earlier delivery
coded_record as (
    select
        record.*,
        coalesce(record.code, named_drug.named_code) as drug_code,
        case
            when record.code is null then named_drug.named_code_system else record.code_system
        end as drug_code_system
    from record
    left join named_drug on record.medication_id = named_drug.named_medication_id
),

code_system as (
    select source_value as uri, mapped_value as code_system from {{ ref('fhir_code') }}
    where kind = 'code_system'
),

-- drafts, proposals and cancelled orders are not medications
medication as (
    select
        record.prescription_id as medication_id,
        record.prescription_id as record_id,
        record.authored_at as started_at,
        {{ local_date('record.authored_at', 'run.time_zone') }} as start_date,
        {{ local_date(
            "coalesce(record.valid_until, case when record.status in ('stopped', 'completed')"
            ~ ' then coalesce(record.last_updated, record.authored_at) end)',
            'run.time_zone'
        ) }} as end_date,
        coalesce(code_system.code_system, 'unknown') as code_system,
        record.drug_code as code,
        cast(null as {{ dbt.type_string() }}) as medication_class,
        false as is_long_acting_injectable,
        cast(null as date) as next_due_date,
        cast(record.days_supply as integer) as days_supply,
        record.program_id,
        {{ lineage_columns('record') }}
    from coded_record as record
    cross join run
    left join code_system on record.drug_code_system = code_system.uri
    where
        record.drug_code is not null
        and coalesce(record.status, 'unknown')
        not in ('cancelled', 'draft', 'entered-in-error')
        and coalesce(record.intent, 'order') not in ('proposal', 'plan', 'option')
)

select * from medication
