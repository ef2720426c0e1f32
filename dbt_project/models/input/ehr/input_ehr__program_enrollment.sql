with record as (
    {{ sender_record('ehr', 'program_enrollment') }}
),

program_enrollment as (
    select
        record.enrollment_id,
        record.program_id,
        record.start_date,
        record.end_date,
        record.end_reason,
        {{ lineage_columns('record') }}
    from record
)

select * from program_enrollment
