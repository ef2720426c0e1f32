{#
    Body of a CTE: the exclusions that measures of a client's year have in common: death in the year, hospice in the year
    (rules/measures/shared.md#death-and-hospice). Rows of an exclusion for measure_first.

    event  a CTE with measure_id, basis, event_key, client_key, start_date and end_date of the year, evidence_table, evidence_key
#}
{% macro measure_death_or_hospice(event) -%}
{{ measure_death(event, 'client.death_date between event.start_date and event.end_date') }}
union all
select
    event.measure_id,
    event.basis,
    event.event_key,
    'hospice' as exclusion_reason,
    stay.evidence_table,
    stay.evidence_key,
    coalesce(stay.claim_admit_date, stay.admit_date) as evidence_date
from {{ event }} as event
inner join {{ ref('fct_stay') }} as stay
    on event.client_key = stay.client_key
    and stay.is_hospice
    and stay.has_claim
    and coalesce(stay.claim_admit_date, stay.admit_date) <= event.end_date
    and coalesce(
        case when stay.claim_admit_date is null then stay.discharge_date
            else stay.claim_discharge_date
        end,
        event.end_date
    ) >= event.start_date
{%- endmacro %}
