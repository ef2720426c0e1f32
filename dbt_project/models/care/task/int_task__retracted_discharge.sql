{#
    Longer than the budget: what retracts a discharge is one decision.

    Alerts keep discharges that were cancelled or corrected later, so their tasks can be closed as
    cancelled or superseded without stored lists. In each Part 2 view they are compared with its own stays and visits.
#}
with alert as (
    select
        client_part2_view.part2_view,
        event.client_key,
        event.sending_facility_id as facility_id,
        event.facility_name,
        event.facility_type,
        event.patient_class,
        event.visit_number,
        event.event_type,
        event.event_at,
        event.event_at_precision,
        event.discharge_disposition_code,
        event.is_part2,
        coalesce(event.reported_at, event.received_at) as known_at,
        event.evidence_table,
        event.evidence_key
    from {{ ref('int_alert__described') }} as event
    inner join {{ ref('int_client__part2_view') }} as client_part2_view
        on event.client_key = client_part2_view.client_key
        and (client_part2_view.part2_view = 'full' or not event.is_part2)
    where event.event_type in ('discharge', 'cancelled_discharge')
),

followup_eligible_discharge as (
    select
        part2_view, client_key, facility_id, admitted_at as started_at, discharged_at as ended_at
    from {{ ref('int_stay__by_part2_view') }}
    where discharged_at is not null
    union all
    select part2_view, client_key, facility_id, started_at, ended_at
    from {{ ref('int_ed_visit__by_part2_view') }}
    where ended_at is not null
),

valid_alert as (
    select alert.*, followup_eligible_discharge.started_at
    from alert
    inner join followup_eligible_discharge
        on alert.part2_view = followup_eligible_discharge.part2_view
        and alert.client_key = followup_eligible_discharge.client_key
        and alert.facility_id = followup_eligible_discharge.facility_id
        and alert.event_at = followup_eligible_discharge.ended_at
    where alert.event_type = 'discharge'
),

retracted_alert as (
    select alert.*
    from alert
    left join followup_eligible_discharge
        on alert.part2_view = followup_eligible_discharge.part2_view
        and alert.client_key = followup_eligible_discharge.client_key
        and alert.facility_id = followup_eligible_discharge.facility_id
        and alert.event_at = followup_eligible_discharge.ended_at
    where alert.event_type = 'discharge' and followup_eligible_discharge.client_key is null
),

cancellation as (
    select
        retracted_alert.part2_view,
        retracted_alert.evidence_key,
        min(alert.event_at) as cancelled_at
    from retracted_alert
    inner join alert
        on retracted_alert.part2_view = alert.part2_view
        and retracted_alert.client_key = alert.client_key
        and retracted_alert.facility_id = alert.facility_id
        and alert.event_type = 'cancelled_discharge'
        and alert.event_at >= retracted_alert.event_at
        and coalesce(retracted_alert.visit_number = alert.visit_number, true)
    group by retracted_alert.part2_view, retracted_alert.evidence_key
),

-- the valid discharge of the same visit, found by the visit number or by the span of the stay
ranked_correction as (
    select
        retracted_alert.part2_view,
        retracted_alert.evidence_key,
        valid_alert.known_at as corrected_at,
        valid_alert.event_at as discharged_at,
        row_number() over (
            partition by retracted_alert.part2_view, retracted_alert.evidence_key
            order by valid_alert.known_at, valid_alert.event_at
        ) as correction_rank
    from retracted_alert
    inner join valid_alert
        on retracted_alert.part2_view = valid_alert.part2_view
        and retracted_alert.client_key = valid_alert.client_key
        and retracted_alert.facility_id = valid_alert.facility_id
        and (
            retracted_alert.visit_number = valid_alert.visit_number
            or retracted_alert.event_at between valid_alert.started_at and valid_alert.event_at
        )
),

-- the first correction that was reported closes the task
correction as (
    select * from ranked_correction
    where correction_rank = 1
),

behavioral_emergency as (
    select distinct retracted_alert.part2_view, retracted_alert.evidence_key
    from retracted_alert
    inner join {{ ref('int_ed_visit__by_part2_view') }} as ed_visit
        on retracted_alert.part2_view = ed_visit.part2_view
        and retracted_alert.client_key = ed_visit.client_key
        and retracted_alert.facility_id = ed_visit.facility_id
        and ed_visit.started_at <= retracted_alert.event_at
        and coalesce(ed_visit.ended_at, retracted_alert.event_at) >= retracted_alert.event_at
    where ed_visit.is_behavioral or ed_visit.setting <> 'medical'
),

retracted_discharge as (
    select
        retracted_alert.part2_view,
        retracted_alert.client_key,
        retracted_alert.facility_id,
        retracted_alert.facility_name,
        case
            when retracted_alert.facility_type = 'crisis_center' then 'discharge_crisis'
            when behavioral_emergency.evidence_key is not null then 'discharge_emergency'
            when retracted_alert.patient_class = 'inpatient' then 'discharge_inpatient'
            when retracted_alert.patient_class is null
                and retracted_alert.facility_type <> 'emergency_department'
                then 'discharge_inpatient'
        end as task_type,
        retracted_alert.event_at as discharged_at,
        retracted_alert.event_at_precision as discharge_precision,
        retracted_alert.discharge_disposition_code,
        case
            when cancellation.cancelled_at <= correction.discharged_at
                or correction.evidence_key is null
                then cancellation.cancelled_at
            else correction.corrected_at
        end as retracted_at,
        case
            when cancellation.cancelled_at <= correction.discharged_at
                or correction.evidence_key is null
                then 'cancelled'
            else 'superseded'
        end as retraction_type,
        retracted_alert.is_part2,
        retracted_alert.evidence_table,
        retracted_alert.evidence_key
    from retracted_alert
    left join cancellation
        on retracted_alert.part2_view = cancellation.part2_view
        and retracted_alert.evidence_key = cancellation.evidence_key
    left join correction
        on retracted_alert.part2_view = correction.part2_view
        and retracted_alert.evidence_key = correction.evidence_key
    left join behavioral_emergency
        on retracted_alert.part2_view = behavioral_emergency.part2_view
        and retracted_alert.evidence_key = behavioral_emergency.evidence_key
    left join {{ ref('discharge_disposition') }} as disposition
        on retracted_alert.discharge_disposition_code = disposition.discharge_disposition_code
    where (cancellation.evidence_key is not null or correction.evidence_key is not null)
        and coalesce(disposition.is_to_community, true)
)

select * from retracted_discharge
