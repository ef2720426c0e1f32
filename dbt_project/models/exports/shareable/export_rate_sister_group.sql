-- Groups of a measure that shares events are published groups of the first measure, or several of
-- them (docs/suppression.md#sister-measures).
with

sister_year as (
    select distinct
        year.series_key,
        year.measure_id,
        year.measurement_year,
        year.basis,
        period.first_measure_id
    from {{ ref('export_rate_year') }} as year
    inner join {{ ref('export_rate_sister_period') }} as period
        on year.series_key = period.series_key
    where year.numerator_status = 'shown'
),

first_group as (
    select *
    from {{ ref('export_rate_first_group') }}
    where is_published
),

rate as (
    select *
    from {{ ref('fct_measure_rate') }}
    where stratum_name <> 'total'
),

-- A group of only one of the two measures is in the merged group, or in a group of its own.
counted_group as (
    select
        sister_year.series_key,
        rate.measure_id,
        rate.measurement_year,
        rate.basis,
        rate.stratum_name,
        coalesce(first_group.published_name, rate.stratum_value) as group_name,
        rate.denominator,
        rate.numerator,
        cast(0 as bigint) as first_denominator,
        cast(0 as bigint) as first_numerator
    from sister_year
    inner join rate
        on sister_year.measure_id = rate.measure_id
        and sister_year.measurement_year = rate.measurement_year
        and sister_year.basis = rate.basis
    left join first_group
        on sister_year.first_measure_id = first_group.measure_id
        and rate.measurement_year = first_group.measurement_year
        and rate.basis = first_group.basis
        and rate.stratum_name = first_group.stratum_name
        and rate.stratum_value = first_group.group_name
    union all
    select
        sister_year.series_key,
        sister_year.measure_id,
        first_group.measurement_year,
        first_group.basis,
        first_group.stratum_name,
        first_group.published_name as group_name,
        cast(0 as bigint) as denominator,
        cast(0 as bigint) as numerator,
        first_group.denominator as first_denominator,
        first_group.numerator as first_numerator
    from sister_year
    inner join first_group
        on sister_year.first_measure_id = first_group.measure_id
        and sister_year.measurement_year = first_group.measurement_year
        and sister_year.basis = first_group.basis
),

-- where the first measure has no published breakdown, neither has this one
first_breakdown as (
    select distinct
        series_key,
        stratum_name
    from counted_group
    where first_denominator > 0
),

stratum_rate as (
    select
        counted_group.series_key || '|' || counted_group.stratum_name as scope_key,
        counted_group.series_key,
        counted_group.measure_id,
        counted_group.measurement_year,
        counted_group.basis,
        counted_group.stratum_name,
        counted_group.group_name,
        cast(sum(counted_group.denominator) as bigint) as denominator,
        cast(sum(counted_group.numerator) as bigint) as numerator,
        cast(sum(counted_group.first_denominator) as bigint) as first_denominator,
        cast(sum(counted_group.first_numerator) as bigint) as first_numerator
    from counted_group
    inner join first_breakdown
        on counted_group.series_key = first_breakdown.series_key
        and counted_group.stratum_name = first_breakdown.stratum_name
    group by
        counted_group.series_key,
        counted_group.measure_id,
        counted_group.measurement_year,
        counted_group.basis,
        counted_group.stratum_name,
        counted_group.group_name
),

bounded_rate as (
    select
        *,
        cast({{ sister_margin(
            'numerator', 'denominator', 'first_numerator', 'first_denominator'
        ) }} as bigint) as sister_margin
    from stratum_rate
),

rate_group as (
    {{ merged_groups(
        relation='bounded_rate',
        keys=['series_key', 'measure_id', 'measurement_year', 'basis', 'stratum_name'],
        counts=['denominator', 'numerator', 'first_denominator', 'first_numerator'],
        maxima=['sister_margin'],
        is_unsafe=is_any_small('denominator', 'numerator') ~ ' or ' ~ is_sister_unsafe(),
    ) }}
)

select * from rate_group
