-- Whole measurement years, once settled. Periods never hide a total: their counts are 11 or more.
with

period as (
    select
        series_key, measure_id, measurement_year, basis, denominator, numerator
    from {{ ref('export_rate_first_period') }}
    where is_series_over
    union all
    select
        series_key, measure_id, measurement_year, basis, denominator, numerator
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
        cast(sum(numerator) as bigint) as numerator
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
        {{ part_status('denominator', 'numerator', 'denominator_status') }} as numerator_status
    from stated_year
)

select * from rate_year
