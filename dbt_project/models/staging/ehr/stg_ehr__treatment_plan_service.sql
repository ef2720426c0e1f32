with delivered_row as (
    {{ current_rows('ehr', 'treatment_plan_service') }}
),

planned_service as (
    select
        plan_id,
        service_line,
        goal_id,
        planned_units,
        interval_days,
        _batch_id,
        _source_row
    from delivered_row
)

select * from planned_service
