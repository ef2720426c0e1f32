{#
    Body of a CTE: the discharges that ask the agency for a follow-up, the same that open the discharge lanes: from a
    psychiatric or medical hospital stay, a crisis center, an observation stay that was not for the body alone, or an
    emergency visit for behavioral health or for nobody knows what. An end that nobody confirmed is none. By ADT, or by a
    claim that comes early enough.
    One row per discharge of an agency client: event_key, client_key, discharged_at, discharge_date,
    discharge_precision, notified_at, is_to_community, has_died, evidence_table, evidence_key, and every column of the
    period.

    period  a CTE made by measure_period, with the rule claims_notice_days
#}
{% macro measure_discharge(period) -%}
select * from (
    select
        leaving.event_key,
        leaving.client_key,
        leaving.discharged_at,
        leaving.discharge_date,
        leaving.discharge_precision,
        -- the clock cannot start before the event that it is about
        greatest(leaving.received_at, leaving.discharged_at) as notified_at,
        leaving.is_to_community,
        leaving.has_died,
        leaving.evidence_table,
        leaving.evidence_key,
        period.*,
        row_number() over (
            partition by leaving.client_key, leaving.facility_id, leaving.discharged_at
            order by leaving.is_emergency, leaving.event_key
        ) as report_rank
    from (
        select
            stay_key as event_key,
            client_key,
            facility_id,
            discharged_at,
            discharge_date,
            discharge_precision,
            received_at,
            coalesce(is_to_community, true) as is_to_community,
            coalesce(died, false) as has_died,
            has_adt,
            false as is_emergency,
            evidence_table,
            evidence_key
        from {{ ref('fct_stay') }}
        where
            not is_discharge_cancelled
            and discharge_precision <> 'unknown'
            and (
                stay_class in ('acute', 'crisis')
                or (stay_class = 'observation' and setting <> 'medical')
            )
        union all
        select
            ed_visit_key as event_key,
            client_key,
            facility_id,
            ended_at as discharged_at,
            end_date as discharge_date,
            end_precision as discharge_precision,
            received_at,
            coalesce(is_to_community, true) as is_to_community,
            coalesce(died, false) as has_died,
            has_adt,
            true as is_emergency,
            evidence_table,
            evidence_key
        from {{ ref('fct_ed_visit') }}
        where
            not became_inpatient
            and end_precision <> 'unknown'
            and (is_behavioral or setting in ('psychiatric', 'substance_use', 'unknown'))
    ) as leaving
    inner join {{ ref('dim_client') }} as client
        on leaving.client_key = client.client_key and client.is_agency_client
    inner join {{ period }} as period
        on leaving.discharge_date between period.start_date and period.end_date
        and leaving.discharged_at <= period.as_of
        and (
            leaving.has_adt
            or {{ dbt.datediff(
                'leaving.discharge_date',
                local_date('leaving.received_at', 'period.time_zone'),
                'day'
            ) }} <= period.claims_notice_days
        )
) as told_discharge
where report_rank = 1
{%- endmacro %}

{#
    Body of a CTE: discharges that nobody could have followed up, once per reason.

    event  a CTE of measure_discharge rows with measure_id, basis and window_closes_at
#}
{% macro measure_discharge_exclusion(event) -%}
-- rules/measures/discharge-follow-up.md#discharges: out are transfer, death, custody and placement,
-- and who is back in a bed
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
    or not event.is_to_community
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
