with record as (
    {{ sender_record('ehr', 'time_log') }}
),

time_log as (
    select
        record.staff_id,
        record.work_date,
        record.activity,
        record.minutes,
        {{ lineage_columns('record', of_client=false) }}
    from record
)

select * from time_log
