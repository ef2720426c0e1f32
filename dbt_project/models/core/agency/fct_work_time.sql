with time_log as (
    select * from {{ ref('input_time_log') }}
),

run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

-- rules/dates-and-times.md#future-rows
work_time as (
    select
        {{ surrogate_key([
            'time_log.source', 'time_log.staff_id', 'time_log.work_date', 'time_log.activity',
        ]) }} as work_time_key,
        time_log.staff_id,
        time_log.work_date,
        time_log.activity,
        time_log.minutes,
        time_log.received_at,
        time_log.evidence_table,
        time_log.evidence_key
    from time_log
    inner join run on time_log.work_date <= run.as_of_date
)

select * from work_time
