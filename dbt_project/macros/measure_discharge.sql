{#
    The discharges that ask the agency for a follow-up: home from a psychiatric or medical hospital stay, a crisis
    center, or an emergency visit for behavioral health. The same set as the discharge lanes, so that the list and the
    rate agree. By ADT, or by a claim that comes early enough to act on.
#}

{#
    Body of a CTE, one row per discharge of an agency client: event_key, client_key, discharged_at, discharge_date,
    discharge_precision, notified_at, is_to_community, has_died, evidence_table, evidence_key, and every column of the
    period.

    period  a CTE made by measure_period, with the rule claims_notice_days
#}
{% macro measure_discharge(period) -%}
select
    discharge.event_key,
    discharge.client_key,
    discharge.discharged_at,
    coalesce(
        discharge.discharge_date, {{ local_date('discharge.discharged_at', 'period.time_zone') }}
    ) as discharge_date,
    discharge.discharge_precision,
    -- spec interface.md Measures: the clock cannot start before the event that it is about
    greatest(discharge.notified_at, discharge.discharged_at) as notified_at,
    discharge.is_to_community,
    discharge.has_died,
    discharge.evidence_table,
    discharge.evidence_key,
    period.*
from (
    select
        stay_key as event_key,
        client_key,
        discharged_at,
        discharge_date,
        discharge_precision,
        received_at as notified_at,
        is_to_community,
        died as has_died,
        has_adt,
        evidence_table,
        evidence_key
    from {{ ref('fct_stay') }}
    where stay_class in ('acute', 'crisis') and not is_discharge_cancelled
    union all
    select
        ed_visit_key as event_key,
        client_key,
        ended_at as discharged_at,
        cast(null as date) as discharge_date,
        end_precision as discharge_precision,
        received_at as notified_at,
        is_to_community,
        false as has_died,
        has_adt,
        evidence_table,
        evidence_key
    from {{ ref('fct_ed_visit') }}
    where is_behavioral and not became_inpatient
) as discharge
inner join {{ ref('dim_client') }} as client
    on discharge.client_key = client.client_key and client.is_agency_client
inner join {{ period }} as period
    on coalesce(
        discharge.discharge_date, {{ local_date('discharge.discharged_at', 'period.time_zone') }}
    ) between period.start_date and period.end_date
where
    discharge.discharged_at <= period.as_of
    and (
        discharge.has_adt
        or discharge.notified_at
        <= {{ dbt.dateadd('day', 'period.claims_notice_days', 'discharge.discharged_at') }}
    )
{%- endmacro %}

{#
    Body of a CTE: discharges that nobody could have followed up, once per reason.

    event  a CTE of measure_discharge rows with measure_id, basis and window_closes_at
#}
{% macro measure_discharge_exclusion(event) -%}
-- spec §2.14: out are transfer, death, custody and placement, and who is back in a bed
select
    event.measure_id,
    event.basis,
    event.event_key,
    case
        when event.has_died then 'death'
        when client.death_date between event.discharge_date
            and {{ local_date('event.window_closes_at', 'event.time_zone') }} then 'death'
        else 'not_to_community'
    end as exclusion_reason,
    event.evidence_table,
    event.evidence_key,
    event.discharge_date as evidence_date
from {{ event }} as event
inner join {{ ref('dim_client') }} as client on event.client_key = client.client_key
where
    event.has_died
    or not coalesce(event.is_to_community, true)
    or client.death_date between event.discharge_date
    and {{ local_date('event.window_closes_at', 'event.time_zone') }}
union all
select
    event.measure_id,
    event.basis,
    event.event_key,
    'readmitted' as exclusion_reason,
    stay.evidence_table,
    stay.evidence_key,
    stay.admit_date as evidence_date
from {{ event }} as event
inner join {{ ref('fct_stay') }} as stay
    on event.client_key = stay.client_key
    and event.event_key <> stay.stay_key
    and stay.admitted_at between event.discharged_at and event.window_closes_at
{%- endmacro %}
