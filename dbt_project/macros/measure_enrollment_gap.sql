{#
    Body of a CTE: the gaps in the coverage of a span by the payers' rosters (see measure_enrolled). Days without coverage at
    its beginning or end are gaps too. One row per event_key with any coverage in the span: gap_count, longest_gap_days.

    event      a CTE with event_key, client_key and the two dates
    first_day  its column: first day of the span
    last_day   its column: last day of the span
#}
{% macro measure_enrollment_gap(event, first_day, last_day) -%}
select
    event_key,
    count(case when gap_days > 0 then 1 end)
    + max(case when days_left = 0 then 0 else 1 end) as gap_count,
    greatest(max(gap_days), max(days_left), 0) as longest_gap_days
from (
    select
        event_key,
        {{ dbt.datediff('coalesce(covered_until, day_before)', 'start_date', 'day') }} - 1
            as gap_days,
        min({{ dbt.datediff('end_date', 'last_day', 'day') }}) over (partition by event_key)
            as days_left
    from (
        select
            event.event_key,
            event.{{ last_day }} as last_day,
            cast({{ dbt.dateadd('day', -1, 'event.' ~ first_day) }} as date) as day_before,
            span.start_date,
            least(coalesce(span.end_date, event.{{ last_day }}), event.{{ last_day }}) as end_date,
            max(coalesce(span.end_date, event.{{ last_day }})) over (
                partition by event.event_key
                order by span.start_date, span.end_date, span.payer_type
                rows between unbounded preceding and 1 preceding
            ) as covered_until
        from {{ event }} as event
        inner join {{ ref('fct_eligibility') }} as span
            on event.client_key = span.client_key
            and span.basis = 'payer'
            and span.start_date <= event.{{ last_day }}
            and coalesce(span.end_date, event.{{ last_day }}) >= event.{{ first_day }}
    ) as covered_event
) as measured_event
group by event_key
{%- endmacro %}
