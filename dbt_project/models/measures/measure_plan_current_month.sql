-- Clients in a program at the end of each month, from the agency's first treatment plan on
-- (rules/measures/plan-current.md#event). A table of its own, so that the planner knows that it has
-- millions of rows, and keeps the plans and not these rows in memory.
with

measurement_period as (
    {{ measure_period('plan_current', ['first_plan_days']) }}
),

-- rules/tasks-and-lanes.md#lane-7: a draft is no plan
first_plan as (
    select min(start_date) as plans_from_date
    from {{ ref('fct_treatment_plan') }}
    where status <> 'draft'
),

month_end as (
    select
        calendar.calendar_date as month_end_date,
        period.measurement_year,
        period.first_plan_days
    from {{ ref('int_business_day__numbered') }} as calendar
    inner join measurement_period as period
        on calendar.calendar_date between period.start_date and period.end_date
        and extract(day from {{ dbt.dateadd('day', 1, 'calendar.calendar_date') }}) = 1
    inner join first_plan on calendar.calendar_date >= first_plan.plans_from_date
    inner join {{ ref('int_run__as_of') }} as run on calendar.calendar_date <= run.as_of_date
),

enrollment as (
    select
        client_key,
        program_enrollment_key,
        start_date,
        end_date,
        row_number() over (
            partition by client_key order by start_date, program_enrollment_key
        ) as enrollment_rank
    from {{ ref('fct_program_enrollment') }}
    where client_key is not null
),

-- Once per client and month, by the earliest enrollment
client_month as (
    select
        month_end.month_end_date,
        month_end.measurement_year,
        enrollment.client_key,
        min(enrollment.enrollment_rank) as enrollment_rank
    from month_end
    inner join enrollment
        on month_end.month_end_date
        >= {{ dbt.dateadd('day', 'month_end.first_plan_days', 'enrollment.start_date') }}
        and coalesce(month_end.month_end_date <= enrollment.end_date, true)
    group by month_end.month_end_date, month_end.measurement_year, enrollment.client_key
)

select
    client_month.client_key,
    client_month.month_end_date,
    cast(client_month.measurement_year as integer) as measurement_year,
    enrollment.program_enrollment_key
from client_month
inner join enrollment
    on client_month.client_key = enrollment.client_key
    and client_month.enrollment_rank = enrollment.enrollment_rank
