-- Rate, excluded and open are suppressed as three separate tables, because no total adds them up.
-- Where two measures count the same events (7 and 30 days), the second is also suppressed where it
-- differs from the first by a small number.
with

rate as (
    select * from {{ ref('fct_measure_rate') }}
),

measure as (
    select
        measure.measure_id,
        measure.title,
        definition.shares_events_with
    from {{ ref('dim_measure') }} as measure
    inner join {{ ref('measure_definition') }} as definition
        on measure.measure_id = definition.measure_id
),

-- A year's total is the sum of its months and of the values of each stratum.
rate_in_tree as (
    select
        rate.*,
        measure.title,
        {{ surrogate_key([
            'rate.measure_id', 'rate.measurement_year', 'rate.basis', 'rate.month',
            'rate.stratum_name', 'rate.stratum_value',
        ]) }} as row_key,
        case
            when rate.month is not null or rate.stratum_name <> 'total'
                then {{ surrogate_key([
                    'rate.measure_id', 'rate.measurement_year', 'rate.basis', "''", "'total'", "'all'",
                ]) }}
        end as parent_key,
        case when rate.month is not null then 'month' else rate.stratum_name end as family,
        first_rate.denominator as first_denominator,
        first_rate.numerator as first_numerator,
        first_rate.excluded as first_excluded,
        first_rate.open as first_open
    from rate
    inner join measure on rate.measure_id = measure.measure_id
    left join rate as first_rate
        on measure.shares_events_with = first_rate.measure_id
        and rate.measurement_year = first_rate.measurement_year
        and rate.basis = first_rate.basis
        and rate.month is not distinct from first_rate.month
        and rate.stratum_name = first_rate.stratum_name
        and rate.stratum_value = first_rate.stratum_value
),

rate_cell as (
    {{ suppressed_cells(
        relation='rate_in_tree',
        keys=[
            'row_key', 'measure_id', 'title', 'measurement_year', 'month', 'basis', 'program_id',
            'site_id', 'payer_type', 'stratum_name', 'stratum_value',
        ],
        counts=['denominator', 'numerator', 'first_denominator', 'first_numerator'],
        differences=[
            ['denominator', 'numerator'],
            ['denominator', 'first_denominator'], ['first_denominator', 'denominator'],
            ['numerator', 'first_numerator'], ['first_numerator', 'numerator'],
        ],
        hidden=['rate'],
    ) }}
),

excluded_cell as (
    {{ suppressed_cells(
        relation='rate_in_tree',
        keys=['row_key'],
        counts=['excluded', 'first_excluded'],
        differences=[['excluded', 'first_excluded'], ['first_excluded', 'excluded']],
    ) }}
),

open_cell as (
    {{ suppressed_cells(
        relation='rate_in_tree',
        keys=['row_key'],
        counts=['open', 'first_open'],
        differences=[['open', 'first_open'], ['first_open', 'open']],
    ) }}
),

published_rate as (
    select
        rate_cell.measure_id,
        rate_cell.title,
        rate_cell.measurement_year,
        rate_cell.month,
        rate_cell.basis,
        rate_cell.program_id,
        rate_cell.site_id,
        rate_cell.payer_type,
        rate_cell.stratum_name,
        rate_cell.stratum_value,
        rate_cell.denominator,
        rate_cell.numerator,
        excluded_cell.excluded,
        open_cell.open,
        rate_cell.rate,
        rate_cell.is_suppressed
    from rate_cell
    inner join excluded_cell on rate_cell.row_key = excluded_cell.row_key
    inner join open_cell on rate_cell.row_key = open_cell.row_key
)

select * from published_rate
