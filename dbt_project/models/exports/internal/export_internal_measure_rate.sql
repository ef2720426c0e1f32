-- Exact rates for named leaders (docs/suppression.md#internal-edition).
with

exact_rate as (
    select
        rate.*,
        rate.measure_id || '|' || rate.measurement_year || '|' || rate.basis || '|'
        || rate.period_type || '|' || rate.period_start || '|' || rate.stratum_name as scope_key,
        coalesce(program.is_part2, false) as is_part2_program
    from {{ ref('export_exact_rate') }} as rate
    left join {{ ref('dim_program') }} as program
        on rate.stratum_name = 'program_id' and rate.stratum_value = program.program_id
),

-- rules/privacy.md#small-cells: a Part 2 program is a unit in whole years only, with safe counts,
-- so that months do not add up to it. Else it merges with at least 11 events of other programs.
rate_group as (
    select
        *,
        stratum_value as group_name,
        is_part2_program
        and (
            period_type <> 'year' or {{ is_any_small('denominator', 'numerator') }}
        ) as is_part2_merged
    from exact_rate
),

counted_group as (
    select
        *,
        cast(case when is_part2_merged then denominator else 0 end as bigint)
            as part2_denominator
    from rate_group
),

merged_rate as (
    {{ merged_groups(
        relation='counted_group',
        keys=[
            'measure_id', 'measurement_year', 'basis', 'period_type', 'period_start',
            'period_end', 'stratum_name', 'excluded', 'open', 'is_part2_program',
        ],
        counts=['denominator', 'numerator', 'part2_denominator'],
        is_unsafe='part2_denominator > 0 and denominator - part2_denominator <= '
            ~ largest_small_cell(),
    ) }}
),

summed_rate as (
    select
        measure_id,
        measurement_year,
        basis,
        period_type,
        period_start,
        period_end,
        stratum_name,
        published_name as stratum_value,
        cast(sum(denominator) as bigint) as denominator,
        cast(sum(numerator) as bigint) as numerator,
        cast(sum(case when not is_part2_program then excluded end) as bigint) as excluded,
        cast(sum(case when not is_part2_program then open end) as bigint) as open
    from merged_rate
    where is_published
    group by
        measure_id,
        measurement_year,
        basis,
        period_type,
        period_start,
        period_end,
        stratum_name,
        published_name
),

internal_rate as (
    select
        rate.measure_id,
        measure.title,
        rate.measurement_year,
        rate.basis,
        rate.period_type,
        rate.period_start,
        rate.period_end,
        rate.stratum_name,
        rate.stratum_value,
        rate.denominator,
        rate.numerator,
        rate.excluded,
        rate.open,
        cast(rate.numerator * 1.0 / nullif(rate.denominator, 0) as decimal(9, 6)) as rate,
        {{ wilson_bound('rate.numerator', 'rate.denominator', '-') }} as rate_low,
        {{ wilson_bound('rate.numerator', 'rate.denominator', '+') }} as rate_high,
        rate.denominator < {{ fewest_period_events() }} as is_small
    from summed_rate as rate
    inner join {{ ref('dim_measure') }} as measure on rate.measure_id = measure.measure_id
)

select * from internal_rate
