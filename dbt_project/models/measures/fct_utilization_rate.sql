-- Inpatient admissions and days and emergency visits per 1,000 enrollee months, modeled on
-- rules/measures/utilization.md#rule, not certified. Longer than the budget: one pass for all uses.
{% set uses = ['admissions', 'inpatient_days', 'ed_visits'] -%}
{% set categories = {
    'total': 'true', 'mental': 'is_mental', 'substance_use': 'is_substance_use',
} -%}
with

month_end as (
    select
        'reporting' as basis,
        calendar.calendar_date as end_date,
        0 as last_day,
        {{ utilization_setting('claims_runout_days') }} as claims_runout_days,
        run.as_of,
        run.time_zone
    from {{ ref('int_business_day__numbered') }} as calendar
    cross join {{ ref('int_run__as_of') }} as run
    where
        extract(day from {{ dbt.dateadd('day', 1, 'calendar.calendar_date') }}) = 1
        and extract(year from calendar.calendar_date) >= extract(year from run.as_of_date) - 1
),

-- rules/measures/utilization.md#month
complete_month as (
    select
        cast(date_trunc('month', end_date) as date) as start_date,
        end_date
    from month_end
    where {{ measure_window_end('month_end', 'end_date', 'last_day') }} <= as_of
),

stay as (
    {{ measure_stay('complete_month') }}
),

ed_visit as (
    {{ measure_ed_visit('complete_month') }}
),

counted_event as (
    -- rules/measures/utilization.md#enrollee-months
    select
        client.client_key,
        month.start_date as month,
        month.end_date as counted_date,
        {{ age_years('client.birth_date', 'month.end_date') }} as age_years,
        false as is_mental,
        false as is_substance_use,
        1 as enrollee_months,
        0 as admissions,
        0 as inpatient_days,
        0 as ed_visits
    from {{ ref('dim_client') }} as client
    cross join complete_month as month
    where coalesce(client.death_date >= month.end_date, true)
    union all
    -- rules/measures/utilization.md#admissions: in the month of the discharge, with all days
    select
        client_key,
        start_date as month,
        discharge_date as counted_date,
        age_years,
        is_mental_principal_2025 or is_self_harm_principal as is_mental,
        is_sud_principal as is_substance_use,
        0 as enrollee_months,
        1 as admissions,
        greatest(
            {{ dbt.datediff('admit_date', 'discharge_date', 'day') }},
            {{ utilization_setting('minimum_stay_days') }}
        ) as inpatient_days,
        0 as ed_visits
    from stay
    where basis = 'reporting' and stay_class = 'acute' and discharge_date <= end_date
    union all
    -- rules/measures/utilization.md#ed-visits
    select
        client_key,
        start_date as month,
        visit_date as counted_date,
        age_years,
        is_mental_principal_2025 or is_self_harm_principal as is_mental,
        is_sud_principal as is_substance_use,
        0 as enrollee_months,
        0 as admissions,
        0 as inpatient_days,
        1 as ed_visits
    from ed_visit
    where basis = 'reporting' and not became_inpatient
),

-- rules/measures/utilization.md#coverage: by a payer's roster, one payer type on a day
covered_day as (
    select
        day.client_key,
        day.counted_date,
        {{ payer_type_of('span') }} as payer_type
    from (select distinct client_key, counted_date from counted_event) as day
    inner join {{ ref('fct_eligibility') }} as span
        on day.client_key = span.client_key
        and span.basis = 'payer'
        and day.counted_date between span.start_date and coalesce(span.end_date, day.counted_date)
    group by day.client_key, day.counted_date
),

-- rules/measures/utilization.md#age
covered_event as (
    select event.*, covered_day.payer_type, coalesce(band.age_band, 'unknown') as age_band
    from counted_event as event
    inner join covered_day
        on event.client_key = covered_day.client_key
        and event.counted_date = covered_day.counted_date
    left join {{ ref('utilization_age_band') }} as band
        on event.age_years between band.first_age_years and band.last_age_years
),

-- rules/measures/utilization.md#category: by the principal diagnosis, of the same months
summed_use as (
    {%- for category, condition in categories.items() %}
    select
        month,
        age_band,
        payer_type,
        '{{ category }}' as category,
        {%- for use in uses %}
        cast(sum(case when {{ condition }} then {{ use }} else 0 end) as bigint) as {{ use }},
        {%- endfor %}
        cast(sum(enrollee_months) as bigint) as enrollee_months
    from covered_event
    group by month, age_band, payer_type
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

utilization_rate as (
    select
        month,
        age_band,
        payer_type,
        category,
        {%- for use in uses %}
        {{ use }},
        cast(
            {{ use }} * 1.0 * {{ utilization_setting('rate_months') }} / nullif(enrollee_months, 0)
            as decimal(18, 2)
        ) as {{ use }}_per_1000,
        {%- endfor %}
        enrollee_months
    from summed_use
)

select * from utilization_rate
