-- Settled months only (docs/suppression.md#periods). Months without events have counts of 0, so
-- that measures of the same events have the same months.
-- Longer than the budget: the days to settle, the calendar and the counts of the same months.
with

run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

month_rate as (
    select *
    from {{ ref('fct_measure_rate') }}
    where month is not null and stratum_name = 'total'
),

measure as (
    select
        measure_id,
        measure_set,
        shares_events_with,
        coalesce(shares_events_with, measure_id) as family_id
    from {{ ref('measure_definition') }}
),

series as (
    select distinct
        measure_id,
        measurement_year,
        basis
    from month_rate
),

-- rules/measures/shared.md#settled
settlement as (
    select
        series.measure_id,
        series.measurement_year,
        series.basis,
        setting.settles_from,
        cast(series.measurement_year || '-01-01' as date) as year_start_date,
        setting.last_event_month,
        setting.window_days
        + coalesce(cast(max(
            case when version.rule = setting.window_rule then version.value end
        ) as integer), 0)
        + coalesce(cast(max(
            case
                when version.rule = 'claims_runout_days' and series.basis = 'reporting'
                    then version.value
            end
        ) as integer), 0) as settling_days
    from series
    inner join measure on series.measure_id = measure.measure_id
    inner join {{ ref('measure_settlement') }} as setting
        on series.measure_id = setting.measure_id
    left join {{ ref('measure_version') }} as version
        on measure.measure_set = version.measure_set
        and series.measurement_year between version.first_year and version.last_year
    group by
        series.measure_id,
        series.measurement_year,
        series.basis,
        setting.settles_from,
        setting.last_event_month,
        setting.window_days
),

calendar_month as (
    select distinct
        measure.family_id,
        month_rate.measurement_year,
        month_rate.basis,
        month_rate.month
    from month_rate
    inner join measure on month_rate.measure_id = measure.measure_id
),

dated_month as (
    select
        settlement.*,
        measure.shares_events_with,
        measure.family_id,
        calendar_month.month as first_date,
        cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 1, 'calendar_month.month')) }} as date)
            as last_date,
        cast({{ dbt.dateadd('day', -1, dbt.dateadd(
            'month', 'settlement.last_event_month', 'settlement.year_start_date'
        )) }} as date) as last_event_date,
        cast({{ dbt.dateadd('day', -1, dbt.dateadd(
            'month', 12, 'settlement.year_start_date'
        )) }} as date) as year_end_date
    from settlement
    inner join measure on settlement.measure_id = measure.measure_id
    inner join calendar_month
        on measure.family_id = calendar_month.family_id
        and settlement.measurement_year = calendar_month.measurement_year
        and settlement.basis = calendar_month.basis
),

settled_month as (
    select
        dated_month.*,
        {{ dbt.dateadd(
            'day', 'settling_days',
            "case when settles_from = 'year_end' then year_end_date else last_date end"
        ) }} < run.as_of_date as is_settled,
        -- a year ends for all measures of the same events at once, as their totals are compared
        min(case
            when {{ dbt.dateadd(
                'day', 'settling_days',
                "case when settles_from = 'year_end' then year_end_date else last_event_date end"
            ) }} < run.as_of_date then 1
            else 0
        end) over (
            partition by dated_month.family_id, dated_month.measurement_year, dated_month.basis
        ) = 1 as is_series_over
    from dated_month
    cross join run
),

rate_month as (
    select
        settled_month.measure_id || '|' || settled_month.measurement_year || '|'
        || settled_month.basis as series_key,
        settled_month.measure_id,
        settled_month.measurement_year,
        settled_month.basis,
        case when first_series.measure_id is not null then settled_month.shares_events_with end
            as first_measure_id,
        cast(row_number() over (
            partition by
                settled_month.measure_id, settled_month.measurement_year, settled_month.basis
            order by settled_month.first_date
        ) as integer) as month_number,
        settled_month.first_date,
        settled_month.last_date,
        settled_month.is_series_over,
        coalesce(month_rate.denominator, 0) as denominator,
        coalesce(month_rate.numerator, 0) as numerator,
        case
            when first_series.measure_id is not null then coalesce(first_rate.denominator, 0)
        end as first_denominator,
        case
            when first_series.measure_id is not null then coalesce(first_rate.numerator, 0)
        end as first_numerator
    from settled_month
    left join month_rate
        on settled_month.measure_id = month_rate.measure_id
        and settled_month.measurement_year = month_rate.measurement_year
        and settled_month.basis = month_rate.basis
        and settled_month.first_date = month_rate.month
    left join series as first_series
        on settled_month.shares_events_with = first_series.measure_id
        and settled_month.measurement_year = first_series.measurement_year
        and settled_month.basis = first_series.basis
    left join month_rate as first_rate
        on settled_month.shares_events_with = first_rate.measure_id
        and settled_month.measurement_year = first_rate.measurement_year
        and settled_month.basis = first_rate.basis
        and settled_month.first_date = first_rate.month
    where settled_month.is_settled
)

select * from rate_month
