-- Periods of a measure that shares events end where those of the first measure end, and the
-- numerators differ by 11 or more, so that the remainder of a finished year cannot make the
-- difference small (docs/suppression.md#sister-measures).
with

first_period as (
    select * from {{ ref('export_rate_first_period') }}
),

joined_month as (
    select
        month.series_key,
        month.measure_id,
        month.measurement_year,
        month.basis,
        month.first_measure_id,
        month.month_number,
        month.first_date,
        month.last_date,
        month.is_series_over,
        month.denominator,
        month.numerator,
        month.first_denominator,
        month.first_numerator,
        coalesce(month.last_date = first_period.last_date, false) as may_end,
        first_period.first_date as first_period_date
    from {{ ref('export_rate_month') }} as month
    left join first_period
        on month.first_measure_id = first_period.measure_id
        and month.measurement_year = first_period.measurement_year
        and month.basis = first_period.basis
        and month.first_date between first_period.first_date and first_period.last_date
        and first_period.is_published
    where month.first_measure_id is not null
),

-- the counts over the period of the first measure
bounded_month as (
    select
        *,
        sum(denominator) over (partition by series_key, first_period_date)
            as bounded_denominator,
        sum(numerator) over (partition by series_key, first_period_date) as bounded_numerator,
        sum(first_denominator) over (partition by series_key, first_period_date)
            as bounded_first_denominator,
        sum(first_numerator) over (partition by series_key, first_period_date)
            as bounded_first_numerator
    from joined_month
),

rate_month as (
    select
        *,
        cast({{ sister_margin(
            'bounded_numerator', 'bounded_denominator', 'bounded_first_numerator',
            'bounded_first_denominator',
        ) }} as bigint) as sister_margin
    from bounded_month
),

period as (
    {{ joined_periods(
        relation='rate_month',
        keys=['measure_id', 'measurement_year', 'basis', 'first_measure_id'],
        counts=['denominator', 'numerator', 'first_denominator', 'first_numerator'],
        maxima=['sister_margin'],
        is_unsafe=is_period_unsafe()
            ~ ' or abs(numerator - first_numerator) <= ' ~ largest_small_cell()
            ~ ' or ' ~ is_sister_unsafe(),
    ) }}
)

select * from period
