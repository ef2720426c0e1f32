-- Clients in a program at the end of a month whose treatment plan was made or renewed in the six
-- months before (rules/measures/plan-current.md#event).
with

measurement_period as (
    {{ measure_period('plan_current', ['first_plan_days', 'review_months']) }}
),

-- rules/tasks-and-lanes.md#lane-7: a later plan is the review, a draft is none
plan as (
    select * from {{ ref('fct_treatment_plan') }}
    where status <> 'draft'
),

first_plan as (
    select min(start_date) as plans_from_date from plan
),

month_end as (
    select calendar.calendar_date as month_end_date, period.*
    from {{ ref('int_business_day__numbered') }} as calendar
    inner join measurement_period as period
        on calendar.calendar_date between period.start_date and period.end_date
        and extract(day from {{ dbt.dateadd('day', 1, 'calendar.calendar_date') }}) = 1
    inner join first_plan on calendar.calendar_date >= first_plan.plans_from_date
    inner join {{ ref('int_run__as_of') }} as run on calendar.calendar_date <= run.as_of_date
),

enrolled_month as (
    select
        month_end.*,
        enrollment.client_key,
        enrollment.evidence_table,
        enrollment.evidence_key,
        row_number() over (
            partition by enrollment.client_key, month_end.month_end_date
            order by enrollment.start_date, enrollment.program_enrollment_key
        ) as enrollment_rank
    from month_end
    inner join {{ ref('fct_program_enrollment') }} as enrollment
        on month_end.month_end_date
        >= {{ dbt.dateadd('day', 'month_end.first_plan_days', 'enrollment.start_date') }}
        and coalesce(month_end.month_end_date <= enrollment.end_date, true)
    where enrollment.client_key is not null
),

-- rules/measures/plan-current.md#event: once per client and month
denominator as (
    select
        'plan_current' as measure_id,
        measure_version,
        measurement_year,
        'operational' as basis,
        client_key,
        {{ surrogate_key(['client_key', 'month_end_date']) }} as event_key,
        month_end_date as event_date,
        {{ end_of_local_day('month_end_date', 'time_zone') }} as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key,
        review_months
    from enrolled_month
    where enrollment_rank = 1
),

exclusion as (
    {{ measure_death('denominator', 'event.event_date >= client.death_date') }}
),

started_plan as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        event.event_date
        <= {{ dbt.dateadd('month', 'event.review_months', 'plan.start_date') }} as is_met,
        plan.evidence_table,
        plan.evidence_key,
        plan.start_date as evidence_date,
        plan.treatment_plan_key
    from denominator as event
    inner join plan
        on event.client_key = plan.client_key
        and event.event_date >= plan.start_date
),

-- rules/measures/plan-current.md#current: the latest plan decides
numerator as (
    {{ measure_first('started_plan', ['evidence_date desc', 'treatment_plan_key']) }}
),

result as (
    {{ measure_result('plan_current') }}
)

select * from result
