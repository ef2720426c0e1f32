{#
    What can answer a flag: a consult, a plan on file, a change of treatment. A medication counts on the first
    day of its code, so that a refill or a renewed prescription changes nothing.
#}
with run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

document as (
    select
        client_key,
        case document_type when 'psychiatric_consult' then 'consult' else 'relapse_plan' end
            as step,
        document_at as step_at,
        document_date as step_date,
        is_part2
    from {{ ref('fct_document') }}
    where document_type in ('psychiatric_consult', 'relapse_prevention_plan')
        and client_key is not null
),

medication as (
    select
        client_key, code_system, code, is_part2, min(start_date) as start_date
    from {{ ref('fct_medication') }}
    where client_key is not null
        and medication_class in ('antidepressant', 'antipsychotic', 'mood_stabilizer', 'stimulant')
    group by client_key, code_system, code, is_part2
),

medication_by_view as (
    select
        client_part2_view.part2_view,
        medication.client_key,
        min(medication.start_date) as start_date,
        bool_or(medication.is_part2) as is_part2
    from medication
    inner join client_part2_view on medication.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not medication.is_part2
    group by
        client_part2_view.part2_view, medication.client_key, medication.code_system,
        medication.code
),

plan as (
    select client_key, start_date, is_part2
    from {{ ref('fct_treatment_plan') }}
    where client_key is not null and status <> 'draft'
),

change as (
    select part2_view, client_key, start_date, is_part2 from medication_by_view
    union all
    select client_part2_view.part2_view, plan.client_key, plan.start_date, plan.is_part2
    from plan
    inner join client_part2_view on plan.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not plan.is_part2
),

dated_step as (
    select
        client_part2_view.part2_view,
        document.client_key,
        document.step,
        document.step_at,
        document.step_date,
        document.is_part2
    from document
    inner join client_part2_view on document.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not document.is_part2
    union all
    -- rules/dates-and-times.md#date-only: a date without a time counts at the end of its day
    select
        change.part2_view,
        change.client_key,
        'treatment_change' as step,
        {{ end_of_local_day('change.start_date', 'run.time_zone') }} as step_at,
        change.start_date as step_date,
        change.is_part2
    from change
    cross join run
),

treatment_step as (
    select
        part2_view, client_key, step, step_at, step_date, bool_or(is_part2) as is_part2
    from dated_step
    group by part2_view, client_key, step, step_at, step_date
)

select * from treatment_step
