{#
    Body of a CTE: the denominator of a measure of a client's year with a medication: an event on the day of the first fill,
    age at the end of the year, not evaluable with a gap in coverage. All columns of the client and of the event.

    client    a CTE of clients with supply_date, end_date and last_day, days from the first fill to the end of the year
    enrolled  a CTE made by measure_enrolled
#}
{% macro measure_treated_year(client, enrolled) -%}
select
    client.*,
    client.supply_date as event_date,
    client.end_date as age_date,
    {{ measure_window_end('client', 'supply_date', 'last_day') }} as window_closes_at,
    case when enrolled.event_key is null then 'coverage_gap' end as not_evaluable_reason
from {{ client }} as client
left join {{ enrolled }} as enrolled on client.event_key = enrolled.event_key
{%- endmacro %}
