with record as (
    {{ sender_record('ehr', 'treatment_plan_service') }}
),

treatment_plan_service as (
    select
        record.plan_id,
        record.service_line,
        record.goal_id,
        record.planned_units,
        record.interval_days,
        {{ lineage_columns('record', of_client=false) }}
    from record
)

select * from treatment_plan_service
