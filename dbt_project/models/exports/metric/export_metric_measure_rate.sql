-- Only what docs/suppression.md allows: settled periods, whole years, and groups of whole years.
-- Longer than the budget: three kinds of rows, each with the words of its four counts.
with

rate_year as (
    select * from {{ ref('export_rate_year') }}
),

period as (
    select
        measure_id, measurement_year, basis, first_date, last_date, month_count, denominator,
        numerator, is_published, is_series_over, period_count
    from {{ ref('export_rate_first_period') }}
    union all
    select
        measure_id, measurement_year, basis, first_date, last_date, month_count, denominator,
        numerator, is_published, is_series_over, period_count
    from {{ ref('export_rate_sister_period') }}
),

-- one period that is the whole year is the year's row
published_period as (
    select *
    from period
    where is_published and not (is_series_over and period_count = 1)
),

rate_group as (
    select series_key, stratum_name, group_name, published_name, denominator, numerator
    from {{ ref('export_rate_first_group') }}
    where is_published
    union all
    select series_key, stratum_name, group_name, published_name, denominator, numerator
    from {{ ref('export_rate_sister_group') }}
    where is_published
),

-- docs/suppression.md#linked-breakdowns: sites and programs with a site of their own
linked_series as (
    select rate_group.series_key
    from rate_group
    left join {{ ref('dim_program') }} as program
        on case when rate_group.stratum_name = 'program_id' then rate_group.group_name end
        = program.program_id
    where rate_group.stratum_name in ('program_id', 'site_id')
    group by rate_group.series_key
    having
        count(program.site_id) > 0
        and count(case when rate_group.group_name <> rate_group.published_name then 1 end) > 0
        and count(distinct rate_group.stratum_name) = 2
),

published_group as (
    select
        rate_group.series_key,
        rate_group.stratum_name,
        rate_group.published_name as stratum_value,
        cast(sum(rate_group.denominator) as bigint) as denominator,
        cast(sum(rate_group.numerator) as bigint) as numerator
    from rate_group
    left join linked_series on rate_group.series_key = linked_series.series_key
    where linked_series.series_key is null or rate_group.stratum_name <> 'program_id'
    group by rate_group.series_key, rate_group.stratum_name, rate_group.published_name
),

total as (
    select *
    from {{ ref('fct_measure_rate') }}
    where month is null and stratum_name = 'total'
),

-- Excluded and open events of measures that share events differ as their denominators do: all of
-- these measures show them, or none.
counted_year as (
    select
        rate_year.*,
        total.excluded,
        total.open,
        definition.shares_events_with is null as is_first,
        max(case when {{ is_small('total.excluded') }} then 1 else 0 end) over (
            partition by
                coalesce(definition.shares_events_with, definition.measure_id),
                total.measurement_year, total.basis
        ) = 1 as is_excluded_hidden,
        max(case when {{ is_small('total.open') }} then 1 else 0 end) over (
            partition by
                coalesce(definition.shares_events_with, definition.measure_id),
                total.measurement_year, total.basis
        ) = 1 as is_open_hidden
    from total
    inner join {{ ref('measure_definition') }} as definition
        on total.measure_id = definition.measure_id
    inner join rate_year
        on total.measure_id = rate_year.measure_id
        and total.measurement_year = rate_year.measurement_year
        and total.basis = rate_year.basis
),

published_row as (
    select
        measure_id,
        measurement_year,
        basis,
        'year' as period_type,
        cast(measurement_year || '-01-01' as date) as period_start,
        cast(measurement_year || '-12-31' as date) as period_end,
        'total' as stratum_name,
        'all' as stratum_value,
        denominator,
        numerator,
        excluded,
        open,
        denominator_status,
        numerator_status,
        case
            when is_first then {{ count_status('excluded', 'is_excluded_hidden') }}
            when is_excluded_hidden then 'withheld to protect others'
            else 'shown'
        end as excluded_status,
        case
            when is_first then {{ count_status('open', 'is_open_hidden') }}
            when is_open_hidden then 'withheld to protect others'
            else 'shown'
        end as open_status
    from counted_year
    union all
    select
        measure_id,
        measurement_year,
        basis,
        case when month_count = 1 then 'month' else 'months' end as period_type,
        first_date as period_start,
        last_date as period_end,
        'total' as stratum_name,
        'all' as stratum_value,
        denominator,
        numerator,
        null as excluded,
        null as open,
        'shown' as denominator_status,
        'shown' as numerator_status,
        'agency totals only' as excluded_status,
        'agency totals only' as open_status
    from published_period
    union all
    select
        rate_year.measure_id,
        rate_year.measurement_year,
        rate_year.basis,
        'year' as period_type,
        cast(rate_year.measurement_year || '-01-01' as date) as period_start,
        cast(rate_year.measurement_year || '-12-31' as date) as period_end,
        published_group.stratum_name,
        published_group.stratum_value,
        published_group.denominator,
        published_group.numerator,
        null as excluded,
        null as open,
        'shown' as denominator_status,
        'shown' as numerator_status,
        'agency totals only' as excluded_status,
        'agency totals only' as open_status
    from published_group
    inner join rate_year on published_group.series_key = rate_year.series_key
),

measure_rate as (
    select
        published_row.measure_id,
        measure.title,
        published_row.measurement_year,
        case when published_row.period_type <> 'year' then published_row.period_start end as month,
        published_row.period_type,
        published_row.period_start,
        published_row.period_end,
        published_row.basis,
        {%- for stratum in ['program_id', 'site_id', 'payer_type'] %}
        case
            when published_row.stratum_name = '{{ stratum }}'
                and published_row.stratum_value not in ('unknown', 'all other groups')
                then published_row.stratum_value
        end as {{ stratum }},
        {%- endfor %}
        published_row.stratum_name,
        published_row.stratum_value,
        {%- for count in ['denominator', 'numerator', 'excluded', 'open'] %}
        case when published_row.{{ count }}_status = 'shown' then published_row.{{ count }} end
            as {{ count }},
        published_row.{{ count }}_status,
        {%- endfor %}
        case
            when published_row.denominator_status = 'shown'
                and published_row.numerator_status = 'shown'
                then
                    cast(
                        published_row.numerator * 1.0 / nullif(published_row.denominator, 0)
                        as decimal(9, 6)
                    )
        end as rate,
        published_row.denominator_status <> 'shown' or published_row.numerator_status <> 'shown'
            as is_suppressed
    from published_row
    inner join {{ ref('dim_measure') }} as measure
        on published_row.measure_id = measure.measure_id
)

select * from measure_rate
