-- Exact counts of every period, of the agency and of one stratum at a time: never two crossed.
{%- set strata = [
    'program_id', 'site_id', 'payer_type', 'age_band', 'sex', 'race', 'ethnicity',
] %}
{%- set period = 'measure_id, measurement_year, basis, period_type, period_start, period_end' %}
with

run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

-- the last twelve whole months before as_of
rolling as (
    select
        cast({{ dbt.dateadd('month', -12, "date_trunc('month', as_of_date)") }} as date)
            as period_start,
        cast({{ dbt.dateadd('day', -1, "date_trunc('month', as_of_date)") }} as date)
            as period_end
    from run
),

measure_event as (
    select
        measure_id,
        measurement_year,
        basis,
        event_date,
        {%- for stratum in strata %}
        coalesce({{ stratum }}, 'unknown') as {{ stratum }},
        {%- endfor %}
        case when status in ('met', 'not_met') then 1 else 0 end as denominator,
        case when status = 'met' then 1 else 0 end as numerator,
        case when status = 'excluded' then 1 else 0 end as excluded,
        case when status = 'open' then 1 else 0 end as open
    from {{ ref('fct_measure_event') }}
),

dated_event as (
    {%- for unit in ['month', 'quarter'] %}
    select
        *,
        '{{ unit }}' as period_type,
        cast(date_trunc('{{ unit }}', event_date) as date) as period_start,
        cast({{ dbt.last_day('event_date', unit) }} as date) as period_end
    from measure_event
    union all
    {%- endfor %}
    select
        *,
        'year' as period_type,
        cast(measurement_year || '-01-01' as date) as period_start,
        cast(measurement_year || '-12-31' as date) as period_end
    from measure_event
    union all
    -- Of two measurement years: the row has the year of the last month. Not where a client's whole
    -- year is the event, which would count twice.
    select
        measure_event.measure_id,
        cast(extract(year from rolling.period_end) as integer) as measurement_year,
        measure_event.basis,
        measure_event.event_date,
        {%- for stratum in strata %}
        measure_event.{{ stratum }},
        {%- endfor %}
        measure_event.denominator,
        measure_event.numerator,
        measure_event.excluded,
        measure_event.open,
        'rolling 12 months' as period_type,
        rolling.period_start,
        rolling.period_end
    from measure_event
    inner join rolling
        on measure_event.event_date between rolling.period_start and rolling.period_end
    inner join {{ ref('measure_settlement') }} as settlement
        on measure_event.measure_id = settlement.measure_id
    where settlement.settles_from = 'event'
),

counted as (
    select
        {{ period }},
        {%- for stratum in strata %}
        {{ stratum }},
        {%- endfor %}
        cast(sum(denominator) as bigint) as denominator,
        cast(sum(numerator) as bigint) as numerator,
        cast(sum(excluded) as bigint) as excluded,
        cast(sum(open) as bigint) as open
    from dated_event
    group by grouping sets (
        ({{ period }}),
        {%- for stratum in strata %}
        ({{ period }}, {{ stratum }}){{ ',' if not loop.last }}
        {%- endfor %}
    )
),

exact_rate as (
    select
        {{ period }},
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
        open
    from counted
)

select * from exact_rate
