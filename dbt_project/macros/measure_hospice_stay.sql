{#
    Rows of an exclusion: a hospice stay on any day of a span, on the basis of the event.

    event      a CTE with measure_id, basis, measurement_year, client_key, event_key and the two dates
    stay       a CTE made by measure_stay
    first_day  column of event: first day of the span
    last_day   column of event: last day of the span
#}
{% macro measure_hospice_stay(event, stay, first_day, last_day) -%}
select
    event.measure_id,
    event.basis,
    event.event_key,
    'hospice' as exclusion_reason,
    stay.evidence_table,
    stay.evidence_key,
    stay.admit_date as evidence_date
from {{ event }} as event
inner join {{ stay }} as stay
    on event.client_key = stay.client_key
    and event.measurement_year = stay.measurement_year
    and event.basis = stay.basis
    and stay.is_hospice
    and stay.admit_date <= event.{{ last_day }}
    and coalesce(stay.discharge_date, event.{{ last_day }}) >= event.{{ first_day }}
{%- endmacro %}
