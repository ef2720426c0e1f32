{#
    Body of a CTE: the discharges that require a follow-up by the agency, the same as in the discharge lanes: from a
    psychiatric or medical hospital stay, a crisis center, an observation stay that was not medical, or an ED visit for
    behavioral health or an unknown reason. An unconfirmed end does not count. Known from ADT, or from a claim that
    arrives within claims_notice_days.
    One row per discharge of an agency client: event_key, client_key, discharged_at, discharge_date,
    discharge_precision, notified_at, is_to_community and has_died (null where unknown), evidence_table, evidence_key,
    and every column of the period.

    period  a CTE made by measure_period, with the rule claims_notice_days
#}
{% macro measure_discharge(period) -%}
select * from (
    select
        discharge.event_key,
        discharge.client_key,
        discharge.discharged_at,
        discharge.discharge_date,
        discharge.discharge_precision,
        -- the clock does not start before the discharge
        greatest(discharge.received_at, discharge.discharged_at) as notified_at,
        discharge.is_to_community,
        discharge.has_died,
        discharge.evidence_table,
        discharge.evidence_key,
        period.*,
        row_number() over (
            partition by discharge.client_key, discharge.facility_id, discharge.discharged_at
            order by discharge.is_emergency, discharge.event_key
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
            is_to_community,
            died as has_died,
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
            is_to_community,
            died as has_died,
            has_adt,
            true as is_emergency,
            evidence_table,
            evidence_key
        from {{ ref('fct_ed_visit') }}
        where
            not became_inpatient
            and end_precision <> 'unknown'
            and (is_behavioral or setting in ('psychiatric', 'substance_use', 'unknown'))
    ) as discharge
    inner join {{ ref('dim_client') }} as client
        on discharge.client_key = client.client_key and client.is_agency_client
    inner join {{ period }} as period
        on discharge.discharge_date between period.start_date and period.end_date
        and discharge.discharged_at <= period.as_of
        and (
            discharge.has_adt
            or {{ dbt.datediff(
                'discharge.discharge_date',
                local_date('discharge.received_at', 'period.time_zone'),
                'day'
            ) }} <= period.claims_notice_days
        )
) as ranked_discharge
where report_rank = 1
{%- endmacro %}

{#
    Body of a CTE: discharges that cannot be followed up, one row per reason.

    event  a CTE of measure_discharge rows with measure_id, basis and window_closes_at
#}
{% macro measure_discharge_exclusion(event) -%}
-- rules/measures/discharge-follow-up.md#discharges: excluded are transfer, death, custody,
-- placement and readmission
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
