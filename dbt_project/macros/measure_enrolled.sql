{#
    Body of a CTE: the events whose client was enrolled on every day of a span by the payers' rosters, or on all but the days
    of one gap that does not reach the last day. Coverage that only the agency's record contains brings no claims, so it does
    not count. Payers may change; the spans of a client may overlap. One row per event_key.

    event       a CTE with event_key, client_key and the two dates
    first_day   its column: first day that must be covered
    last_day    its column: last day that must be covered
    gap_days    its column: days that the gap may have; none where no gap is allowed
#}
{% macro measure_enrolled(event, first_day, last_day, gap_days=none) -%}
select event_key
from (
    select
        event.event_key,
        event.{{ first_day }} as first_day,
        event.{{ last_day }} as last_day,
        {%- if gap_days %}
        event.{{ gap_days }} as gap_days,
        {%- endif %}
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
{%- set uncovered_days = 'greatest(' ~ dbt.datediff(
    'coalesce(covered_until, first_day - 1)', 'start_date', 'day'
) ~ ' - 1, 0)' %}
group by event_key
having
    max(end_date) >= max(last_day)
    {%- if gap_days %}
    and max({{ uncovered_days }}) <= max(gap_days)
    and count_if({{ uncovered_days }} > 0) <= 1
    {%- else %}
    and max({{ uncovered_days }}) = 0
    {%- endif %}
{%- endmacro %}
