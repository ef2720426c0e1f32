with record as (
    {{ sender_record('ehr', 'diagnosis') }}
),

run as (
    select time_zone from {{ ref('input_run') }}
),

-- a refuted entry and one entered in error are not diagnoses
diagnosis as (
    select
        record.diagnosis_id,
        record.diagnosis_id as record_id,
        record.recorded_at,
        coalesce(
            record.onset_date, {{ local_date('record.recorded_at', 'run.time_zone') }}
        ) as diagnosis_date,
        record.end_date,
        record.code_system,
        record.code,
        coalesce(record.is_primary, false) as is_primary,
        coalesce(record.verification_status, 'confirmed') = 'confirmed' as is_confirmed,
        record.program_id,
        {{ lineage_columns('record') }}
    from record
    cross join run
    where
        coalesce(record.verification_status, 'confirmed')
        not in ('refuted', 'entered_in_error')
)

select * from diagnosis
