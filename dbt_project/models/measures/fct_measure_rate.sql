-- Rates of the agency by month, by year, and by year and one stratum.
{% set strata = [
    'program_id', 'site_id', 'payer_type', 'age_band', 'sex', 'race', 'ethnicity',
] -%}
with

measure_event as (
    select
        measure_id,
        measurement_year,
        basis,
        cast(date_trunc('month', event_date) as date) as month,
        {%- for stratum in strata %}
        coalesce({{ stratum }}, 'unknown') as {{ stratum }},
        {%- endfor %}
        status
    from {{ ref('fct_measure_event') }}
),

-- rules/measures/shared.md#event-status: open, excluded and not evaluable events do not count
counted_event as (
    select
        measure_id,
        measurement_year,
        basis,
        month,
        {%- for stratum in strata %}
        {{ stratum }},
        {%- endfor %}
        count_if(status in ('met', 'not_met')) as denominator,
        count_if(status = 'met') as numerator,
        count_if(status = 'excluded') as excluded,
        count_if(status = 'open') as open
    from measure_event
    group by all
),

stratum_count as (
    select
        measure_id,
        measurement_year,
        basis,
        month,
        {%- for stratum in strata %}
        {{ stratum }},
        {%- endfor %}
        cast(sum(denominator) as bigint) as denominator,
        cast(sum(numerator) as bigint) as numerator,
        cast(sum(excluded) as bigint) as excluded,
        cast(sum(open) as bigint) as open
    from counted_event
    group by grouping sets (
        (measure_id, measurement_year, basis),
        (measure_id, measurement_year, basis, month),
        {%- for stratum in strata %}
        (measure_id, measurement_year, basis, {{ stratum }}){{ ',' if not loop.last }}
        {%- endfor %}
    )
),

-- A stratum column is null only where the row has no such breakdown: missing values are 'unknown'.
rate as (
    select
        measure_id,
        measurement_year,
        month,
        basis,
        nullif(program_id, 'unknown') as program_id,
        nullif(site_id, 'unknown') as site_id,
        nullif(payer_type, 'unknown') as payer_type,
        case
            {%- for stratum in strata %}
            when {{ stratum }} is not null then '{{ stratum }}'
            {%- endfor %}
            else 'total'
        end as stratum_name,
        coalesce({{ strata | join(', ') }}, 'all') as stratum_value,
        denominator,
        numerator,
        excluded,
        open,
        cast(numerator * 1.0 / nullif(denominator, 0) as decimal(9, 6)) as rate
    from stratum_count
)

select * from rate
