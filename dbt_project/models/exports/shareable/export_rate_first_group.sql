-- Groups of whole years whose total is shown (docs/suppression.md#groups).
with

rate_year as (
    select distinct
        year.series_key,
        year.measure_id,
        year.measurement_year,
        year.basis
    from {{ ref('export_rate_year') }} as year
    inner join {{ ref('export_rate_first_period') }} as period
        on year.series_key = period.series_key
    where year.numerator_status = 'shown'
),

stratum_rate as (
    select
        rate_year.series_key || '|' || rate.stratum_name as scope_key,
        rate_year.series_key,
        rate.measure_id,
        rate.measurement_year,
        rate.basis,
        rate.stratum_name,
        rate.stratum_value as group_name,
        rate.denominator,
        rate.numerator
    from rate_year
    inner join {{ ref('fct_measure_rate') }} as rate
        on rate_year.measure_id = rate.measure_id
        and rate_year.measurement_year = rate.measurement_year
        and rate_year.basis = rate.basis
    where rate.stratum_name <> 'total'
),

rate_group as (
    {{ merged_groups(
        relation='stratum_rate',
        keys=['series_key', 'measure_id', 'measurement_year', 'basis', 'stratum_name'],
        counts=['denominator', 'numerator'],
        is_unsafe=is_any_small('denominator', 'numerator'),
    ) }}
)

select * from rate_group
