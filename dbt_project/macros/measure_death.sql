{#
    Rows of an exclusion: death, by any source (rules/measures/shared.md#death-and-hospice).

    event  a CTE with measure_id, basis, event_key, client_key, evidence_table and evidence_key; without `died` also event_date,
           window_closes_at and time_zone
    died   a condition on client.death_date and event; without it, death from the event to the day on which its window closes
#}
{% macro measure_death(event, died=none) -%}
select
    event.measure_id,
    event.basis,
    event.event_key,
    'death' as exclusion_reason,
    event.evidence_table,
    event.evidence_key,
    client.death_date as evidence_date
from {{ event }} as event
inner join {{ ref('dim_client') }} as client
    on event.client_key = client.client_key
    {%- if died %}
    and {{ died }}
    {%- else %}
    and client.death_date between event.event_date
    and {{ local_date('event.window_closes_at', 'event.time_zone') }}
    {%- endif %}
{%- endmacro %}
