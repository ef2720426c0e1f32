-- Mean, median and 90th percentile of the time to services, by year and by year and one stratum.
{% set strata = ['age_band', 'payer_type', 'race', 'ethnicity'] -%}
with

-- rules/measures/iserv.md#summary: only events whose standard time has passed
closed_event as (
    select
        measure_id,
        measurement_year,
        {%- for stratum in strata %}
        coalesce({{ stratum }}, 'unknown') as {{ stratum }},
        {%- endfor %}
        case when status in ('met', 'not_met')
                then coalesce(elapsed_hours, elapsed_business_days)
        end as elapsed,
        status
    from {{ ref('measure_iserv') }}
),

summed as (
    select
        measure_id,
        measurement_year,
        {%- for stratum in strata %}
        {{ stratum }},
        {%- endfor %}
        count(elapsed) as done_count,
        count_if(status = 'not_met' and elapsed is null) as never_count,
        count_if(status = 'open') as open_count,
        avg(elapsed) as mean_elapsed,
        percentile_cont(0.5) within group (order by elapsed) as median_elapsed,
        percentile_cont(0.9) within group (order by elapsed) as p90_elapsed
    from closed_event
    group by grouping sets (
        (measure_id, measurement_year),
        {%- for stratum in strata %}
        (measure_id, measurement_year, {{ stratum }}){{ ',' if not loop.last }}
        {%- endfor %}
    )
),

measure_time as (
    select
        measure_id,
        cast(measurement_year as integer) as measurement_year,
        case
            {%- for stratum in strata %}
            when {{ stratum }} is not null then '{{ stratum }}'
            {%- endfor %}
            else 'total'
        end as stratum_name,
        coalesce({{ strata | join(', ') }}, 'all') as stratum_value,
        case when measure_id = 'iserv_crisis' then 'hour' else 'business_day' end as unit,
        cast(done_count as bigint) as done_count,
        cast(never_count as bigint) as never_count,
        cast(open_count as bigint) as open_count,
        cast(mean_elapsed as decimal(18, 2)) as mean_elapsed,
        cast(median_elapsed as decimal(18, 2)) as median_elapsed,
        cast(p90_elapsed as decimal(18, 2)) as p90_elapsed
    from summed
)

select * from measure_time
