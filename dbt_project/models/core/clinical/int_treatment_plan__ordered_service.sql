{{ config(materialized='view') }}

with planned_service as (
    select * from {{ ref('input_treatment_plan_service') }}
),

ordered_service as (
    select
        {{ surrogate_key(['source', 'plan_id']) }} as treatment_plan_key,
        service_line,
        goal_id,
        interval_days
    from planned_service
)

select * from ordered_service
