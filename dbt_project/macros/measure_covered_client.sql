{#
    Body of a CTE: the denominator of a measure of clients by claims. The window goes from the day of the event through its
    last day; a gap in coverage makes the event not evaluable. All columns of the client and of the event.

    client      a CTE of clients with event_key, the two dates and last_day, the last day of the window in days after the event
    enrolled    a CTE made by measure_enrolled
    event_date  its column: day of the event
    age_date    its column: day of the age in the strata
#}
{% macro measure_covered_client(client, enrolled, event_date='supply_date', age_date='end_date') -%}
select
    client.*,
    client.{{ event_date }} as event_date,
    client.{{ age_date }} as age_date,
    {{ measure_window_end('client', event_date, 'last_day') }} as window_closes_at,
    case when enrolled.event_key is null then 'coverage_gap' end as not_evaluable_reason
from {{ client }} as client
left join {{ enrolled }} as enrolled on client.event_key = enrolled.event_key
{%- endmacro %}
