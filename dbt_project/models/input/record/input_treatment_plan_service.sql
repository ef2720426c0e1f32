with treatment_plan_service as (
    {{ union_of_senders('treatment_plan_service', [
        'plan_id', 'service_line', 'goal_id', 'planned_units', 'interval_days',
    ], of_client=false) }}
)

select * from treatment_plan_service
