-- Whole measurement years, once settled. A numerator that a period does not show is withheld in the
-- year as well; a denominator never is, because the periods of a year have at least 30 events.
with

period as (
    select
        series_key, measure_id, measurement_year, basis, denominator, numerator, period_count
    from {{ ref('export_rate_first_period') }}
    where is_series_over
    union all
    select
        series_key, measure_id, measurement_year, basis, denominator, numerator, period_count
    from {{ ref('export_rate_sister_period') }}
    where is_series_over
),

summed_year as (
    select
        series_key,
        measure_id,
        measurement_year,
        basis,
        cast(sum(denominator) as bigint) as denominator,
        cast(sum(numerator) as bigint) as numerator,
        max(case
            when period_count > 1 and {{ is_any_small('denominator', 'numerator') }} then 1
            else 0
        end) = 1 as has_hidden_numerator
    from period
    group by series_key, measure_id, measurement_year, basis
),

stated_year as (
    select
        *,
        {{ count_status('denominator') }} as denominator_status
    from summed_year
),

rate_year as (
    select
        *,
        {{ part_status(
            'denominator', 'numerator', 'denominator_status', 'has_hidden_numerator'
        ) }} as numerator_status
    from stated_year
)

select * from rate_year
