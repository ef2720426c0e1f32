-- Clients in a program at the end of a month whose treatment plan was made or renewed in the six
-- months before (rules/measures/plan-current.md#event).
with

measurement_period as (
    {{ measure_period('plan_current', ['review_months']) }}
),

-- rules/tasks-and-lanes.md#lane-7: a later plan is the review, a draft is none. A plan is the
-- latest until the client's next one starts: of two of one day, the one with the lower key.
plan as (
    select
        client_key,
        start_date,
        evidence_table,
        evidence_key,
        coalesce(
            lead(start_date) over (
                partition by client_key order by start_date, treatment_plan_key desc
            ),
            cast('9999-12-31' as date)
        ) as next_start_date
    from {{ ref('fct_treatment_plan') }}
    where status <> 'draft'
),

denominator as (
    select
        'plan_current' as measure_id,
        period.measure_version,
        period.measurement_year,
        'operational' as basis,
        client_month.client_key,
        {{ surrogate_key(['client_month.client_key', 'client_month.month_end_date']) }}
            as event_key,
        client_month.month_end_date as event_date,
        {{ end_of_local_day('client_month.month_end_date', 'period.time_zone') }}
            as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        enrollment.evidence_table,
        enrollment.evidence_key,
        period.review_months
    from {{ ref('measure_plan_current_month') }} as client_month
    inner join measurement_period as period
        on client_month.measurement_year = period.measurement_year
    inner join {{ ref('fct_program_enrollment') }} as enrollment
        on client_month.program_enrollment_key = enrollment.program_enrollment_key
),

-- rules/measures/plan-current.md#exclusions
exclusion as (
    select
        event.*,
        client.death_date,
        case when event.event_date >= client.death_date then 'death' end as exclusion_reason
    from denominator as event
    inner join {{ ref('dim_client') }} as client on event.client_key = client.client_key
),

-- rules/measures/plan-current.md#current: the latest plan decides
numerator as (
    select
        event.* exclude (evidence_table, evidence_key),
        event.event_date
        <= {{ dbt.dateadd('month', 'event.review_months', 'plan.start_date') }} as is_met,
        case
            when event.exclusion_reason is null and plan.client_key is not null
                then plan.evidence_table
            else event.evidence_table
        end as evidence_table,
        case
            when event.exclusion_reason is null and plan.client_key is not null
                then plan.evidence_key
            else event.evidence_key
        end as evidence_key,
        case
            when event.exclusion_reason is not null then event.death_date
            else coalesce(plan.start_date, event.event_date)
        end as evidence_date
    from exclusion as event
    left join plan
        on event.client_key = plan.client_key
        and event.event_date >= plan.start_date
        and event.event_date < plan.next_start_date
),

result as (
    {{ measure_result('plan_current', one_row=true, evidence_on='evidence_date') }}
)

select * from result
