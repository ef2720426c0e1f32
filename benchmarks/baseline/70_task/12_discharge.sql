-- Lane 1: discharges, and retracted discharges (cancelled or moved by a later alert).
create temp table discharge as
with retracted_alert as (
    select alert.*
    from alert
    anti join (
        select client_key, facility_id as sending_facility_id, discharged_at as event_at from fct_stay
        union all select client_key, facility_id, ended_at from fct_ed_visit
    ) as current_discharge using (client_key, sending_facility_id, event_at)
    where event_type = 'discharge' and client_key is not null
),
valid_alert as (
    select alert.*, current_discharge.started_at
    from alert
    inner join (
        select client_key, facility_id as sending_facility_id, admitted_at as started_at, discharged_at as event_at
        from fct_stay
        union all select client_key, facility_id, started_at, ended_at from fct_ed_visit
    ) as current_discharge using (client_key, sending_facility_id, event_at)
    where event_type = 'discharge'
),
cancellation as (
    select retracted_alert._row, min(alert.event_at) as cancelled_at
    from retracted_alert
    inner join alert
        on retracted_alert.client_key = alert.client_key and retracted_alert.sending_facility_id = alert.sending_facility_id
        and alert.event_type = 'cancelled_discharge' and alert.event_at >= retracted_alert.event_at
        and coalesce(retracted_alert.visit_number = alert.visit_number, true)
    group by retracted_alert._row
),
correction as (
    select retracted_alert._row, min(later.known_at) as corrected_at, min(later.event_at) as discharged_at
    from retracted_alert
    inner join valid_alert as later
        on retracted_alert.client_key = later.client_key
        and retracted_alert.sending_facility_id = later.sending_facility_id
        and (
            retracted_alert.visit_number = later.visit_number
            or retracted_alert.event_at between later.started_at and later.event_at
        )
    group by retracted_alert._row
),
behavioral as (
    select distinct retracted_alert._row
    from retracted_alert
    inner join fct_ed_visit as visit
        on retracted_alert.client_key = visit.client_key and sending_facility_id = visit.facility_id
        and visit.started_at <= retracted_alert.event_at
        and coalesce(visit.ended_at, retracted_alert.event_at) >= retracted_alert.event_at
    where visit.is_behavioral or visit.setting <> 'medical'
),
withdrawn as (
    select
        retracted_alert.*, behavioral._row is not null as is_behavioral,
        coalesce(cancelled_at <= discharged_at, true) and cancelled_at is not null or correction._row is null as is_cancelled,
        case when is_cancelled then cancelled_at else corrected_at end as retracted_at,
        case
            when retracted_alert.facility_type = 'crisis_center' then 'discharge_crisis'
            when is_behavioral then 'discharge_emergency'
            when patient_class = 'inpatient'
                or (patient_class is null and retracted_alert.facility_type <> 'emergency_department') then 'discharge_inpatient'
        end as task_type
    from retracted_alert
    left join cancellation using (_row)
    left join correction using (_row)
    left join behavioral using (_row)
    left join seed_discharge_disposition as disposition using (discharge_disposition_code)
    where (cancellation._row is not null or correction._row is not null) and coalesce(disposition.is_to_community, true)
),
reported_discharge as (
    select
        stay_key as event_key, client_key, facility_id, facility_name, setting,
        case stay_class
            when 'crisis' then 'discharge_crisis' when 'observation' then 'discharge_observation'
            else 'discharge_inpatient'
        end as task_type,
        discharged_at, discharge_date, discharge_precision, discharge_disposition_code, is_part2,
        cast(null as timestamptz) as retracted_at, null as retraction_type, has_adt, received_at
    from fct_stay
    where discharged_at is not null and is_to_community
        and (stay_class in ('acute', 'crisis') or (
            stay_class = 'observation' and (setting <> 'medical' or is_self_harm_any or is_overdose_any)
        ))
    union all
    select
        ed_visit_key, client_key, facility_id, facility_name, setting,
        case when facility_type = 'crisis_center' then 'discharge_crisis' else 'discharge_emergency' end,
        ended_at, end_date, end_precision, discharge_disposition_code, is_part2, null, null, has_adt, received_at
    from fct_ed_visit
    where ended_at is not null and not became_inpatient and is_to_community
        and (is_behavioral or setting in ('psychiatric', 'substance_use', 'unknown'))
)
select event.* exclude (has_adt, received_at)
from (
    select reported_discharge.*
    from reported_discharge
    left join day
        on discharge_date + (
            select cast(value as integer) from seed_task_setting where name = 'claims_notice_days'
        ) = day.day
    where has_adt or received_at <= day.ends_at
    union all
    select
        null, client_key, sending_facility_id, withdrawn.facility_name, 'unknown', task_type, event_at, local_date(event_at),
        event_at_precision, discharge_disposition_code, coalesce(provider.is_part2, false), retracted_at,
        case when is_cancelled then 'cancelled' else 'superseded' end, true, retracted_at
    from withdrawn
    left join dim_provider as provider on sending_facility_id = npi
    where task_type is not null
) as event
semi join (from dim_client where is_agency_client) as client using (client_key)
-- one row per client, facility and discharge time, for any number of messages
qualify row_number() over (
    partition by client_key, facility_id, discharged_at order by retracted_at is not null, task_type desc, event_key
) = 1;
