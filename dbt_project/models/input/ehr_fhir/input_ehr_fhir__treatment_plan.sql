with record as (
    {{ sender_record('ehr_fhir', 'CarePlan', part2_label='record.part2_label is not null') }}
),

run as (
    select time_zone from {{ ref('input_run') }}
),

plan_status as (
    select source_value as resource_status, mapped_value as status from {{ ref('fhir_code') }}
    where kind = 'plan_status'
),

-- a plan entered in error or proposed is not in force; a plan is due for review on its last day
treatment_plan as (
    select
        record.plan_id,
        record.program_id,
        {{ local_date('coalesce(record.started_at, record.created_at)', 'run.time_zone') }}
            as start_date,
        {{ local_date('record.ended_at', 'run.time_zone') }} as next_review_date,
        cast(null as timestamp with time zone) as signed_at,
        plan_status.status,
        {{ lineage_columns('record') }}
    from record
    cross join run
    inner join plan_status on record.status = plan_status.resource_status
    where
        coalesce(record.started_at, record.created_at) is not null
        and coalesce(record.intent, 'plan') <> 'proposal'
)

select * from treatment_plan
