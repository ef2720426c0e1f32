with delivered_row as (
    {{ current_rows('ehr', 'time_log') }}
),

work_day as (
    select
        staff_id,
        work_date,
        activity,
        minutes,
        _batch_id,
        _source_row
    from delivered_row
)

select * from work_day
