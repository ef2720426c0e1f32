{{ config(materialized='view') }}

with plan_record as (
    {{ fhir_record(
        'CarePlan',
        day=local_date('coalesce(record.started_at, record.created_at)', 'run.time_zone'),
        has_program=true
    ) }}
),

run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

plan_status as (
    select told as resource_status, meaning as status from {{ ref('fhir_code') }}
    where kind = 'plan_status'
),

-- what was entered in error is no plan; a plan that ends is due for review that day
treatment_plan as (
    select
        {{ surrogate_key(["'ehr_fhir'", 'record.plan_id']) }} as treatment_plan_key,
        record.plan_id,
        record.client_key,
        record.program_id,
        record.record_date as start_date,
        {{ local_date('record.ended_at', 'run.time_zone') }} as next_review_date,
        cast(null as timestamp with time zone) as signed_at,
        plan_status.status,
        record.is_part2,
        record.received_at,
        record.evidence_table,
        record.evidence_key
    from plan_record as record
    cross join run
    inner join plan_status on record.status = plan_status.resource_status
    where record.record_date is not null and coalesce(record.intent, 'plan') <> 'proposal'
)

select * from treatment_plan
