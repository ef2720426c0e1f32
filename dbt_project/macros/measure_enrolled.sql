{#
    Body of a CTE: the events whose client was enrolled on every day of a span by the payers' rosters. Coverage that only
    the agency's record contains brings no claims, so it does not count. Payers may change; the spans of a client may
    overlap. One row per event_key.

    event       a CTE with event_key, client_key and the two dates
    first_day   its column: first day that must be covered
    last_day    its column: last day that must be covered
#}
{% macro measure_enrolled(event, first_day, last_day) -%}
select event_key
from (
    select
        event.event_key,
        event.{{ first_day }} as first_day,
        event.{{ last_day }} as last_day,
        span.start_date,
        coalesce(span.end_date, event.{{ last_day }}) as end_date,
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
group by event_key
having
    min(start_date) <= min(first_day)
    and max(end_date) >= max(last_day)
    and coalesce(max({{ dbt.datediff('covered_until', 'start_date', 'day') }}) <= 1, true)
{%- endmacro %}
