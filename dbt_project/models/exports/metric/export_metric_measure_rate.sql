-- Rate, excluded and open are suppressed as three separate tables, because no total adds them up.
-- rules/measures/shared.md#shared-events: a measure is also suppressed where it differs by a small
-- number from the measure of the same events, or of these events and others
with

rate as (
    select * from {{ ref('fct_measure_rate') }}
),

measure as (
    select
        measure.measure_id,
        measure.title,
        definition.shares_events_with,
        definition.subset_of
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
        first_rate.open as first_open,
        whole_rate.denominator as whole_denominator,
        whole_rate.numerator as whole_numerator,
        whole_rate.excluded as whole_excluded,
        whole_rate.open as whole_open
    from rate
    inner join measure on rate.measure_id = measure.measure_id
    {%- for other, named_by in [('first', 'shares_events_with'), ('whole', 'subset_of')] %}
    left join rate as {{ other }}_rate
        on measure.{{ named_by }} = {{ other }}_rate.measure_id
        and rate.measurement_year = {{ other }}_rate.measurement_year
        and rate.basis = {{ other }}_rate.basis
        and rate.month is not distinct from {{ other }}_rate.month
        and rate.stratum_name = {{ other }}_rate.stratum_name
        and rate.stratum_value = {{ other }}_rate.stratum_value
    {%- endfor %}
),

rate_cell as (
    {{ suppressed_cells(
        relation='rate_in_tree',
        keys=[
            'row_key', 'measure_id', 'title', 'measurement_year', 'month', 'basis', 'program_id',
            'site_id', 'payer_type', 'stratum_name', 'stratum_value',
        ],
        counts=[
            'denominator', 'numerator', 'first_denominator', 'first_numerator',
            'whole_denominator', 'whole_numerator',
        ],
        differences=[
            ['denominator', 'numerator'],
            ['denominator', 'first_denominator'], ['first_denominator', 'denominator'],
            ['numerator', 'first_numerator'], ['first_numerator', 'numerator'],
            ['whole_denominator', 'denominator'], ['whole_numerator', 'numerator'],
            ['whole_denominator - denominator', '(whole_numerator - numerator)'],
        ],
        hidden=['rate'],
    ) }}
),

excluded_cell as (
    {{ suppressed_cells(
        relation='rate_in_tree',
        keys=['row_key'],
        counts=['excluded', 'first_excluded', 'whole_excluded'],
        differences=[
            ['excluded', 'first_excluded'], ['first_excluded', 'excluded'], ['whole_excluded', 'excluded'],
        ],
    ) }}
),

open_cell as (
    {{ suppressed_cells(
        relation='rate_in_tree',
        keys=['row_key'],
        counts=['open', 'first_open', 'whole_open'],
        differences=[
            ['open', 'first_open'], ['first_open', 'open'], ['whole_open', 'open'],
        ],
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
