-- Measures that do not share events with an earlier one (docs/suppression.md#sister-measures).
with

rate_month as (
    select *, true as may_end
    from {{ ref('export_rate_month') }}
    where first_measure_id is null
),

period as (
    {{ joined_periods(
        relation='rate_month',
        keys=['measure_id', 'measurement_year', 'basis'],
        counts=['denominator', 'numerator'],
        is_unsafe=is_period_unsafe(),
    ) }}
)

select * from period
