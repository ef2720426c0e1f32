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

run as (
    select time_zone from {{ ref('stg_caseload__run') }}
),

-- what was refuted or entered in error is no diagnosis
diagnosis as (
    select
        {{ surrogate_key(["'ehr'", 'problem_record.diagnosis_id']) }} as diagnosis_key,
        problem_record.diagnosis_id,
        problem_record.client_key,
        coalesce(
            problem_record.onset_date,
            {{ local_date('problem_record.recorded_at', 'run.time_zone') }}
        ) as diagnosis_date,
        problem_record.end_date,
        problem_record.code_system,
        problem_record.code,
        coalesce(problem_record.is_primary, false) as is_primary,
        coalesce(problem_record.verification_status, 'confirmed') = 'confirmed' as is_confirmed,
        problem_record.program_id,
        problem_record.is_part2,
        problem_record.received_at,
        problem_record.evidence_table,
        problem_record.evidence_key
    from problem_record
    cross join run
    where
        coalesce(problem_record.verification_status, 'confirmed')
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
)

select * from diagnosis
