with problem_record as (
    {{ agency_record(
        'ehr', 'diagnosis',
        day=(
            'coalesce(record.onset_date, '
            ~ local_date('record.recorded_at', 'run.time_zone') ~ ')'
        ),
        happened_at='record.recorded_at'
    ) }}
),

condition_record as (
    {{ synthea_record('conditions', happened_at='record.onset_date') }}
),

-- what was refuted or entered in error is no diagnosis
diagnosis as (
    select
        {{ surrogate_key(["'ehr'", 'diagnosis_id']) }} as diagnosis_key,
        diagnosis_id,
        client_key,
        record_date as diagnosis_date,
        end_date,
        code_system,
        code,
        coalesce(is_primary, false) as is_primary,
        coalesce(verification_status, 'confirmed') = 'confirmed' as is_confirmed,
        program_id,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from problem_record
    where
        coalesce(verification_status, 'confirmed')
        not in ('refuted', 'entered_in_error')
    union all
    select
        {{ surrogate_key([
            "'synthea'", 'source_client_id', 'encounter_id', 'code', 'onset_date',
        ]) }},
        cast(null as {{ dbt.type_string() }}),
        client_key,
        onset_date,
        end_date,
        'snomedct',
        code,
        false,
        true,
        cast(null as {{ dbt.type_string() }}),
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from condition_record
    union all
    select * from {{ ref('int_diagnosis__from_fhir') }}
)

select * from diagnosis
