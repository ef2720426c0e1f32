-- One row per visit from its alerts: class, start, end, and cancellations.
create temp table encounter as
with cancelled as (
    select
        *,
        max(case when event_type = 'cancelled_admit' then ordered_at end) over visit as admit_cancelled_at,
        max(case when event_type = 'cancelled_discharge' then ordered_at end) over visit as discharge_cancelled_at,
        min(case when event_type = 'admit' then ordered_at end) over visit as first_admitted_at
    from alert
    window visit as (partition by encounter_key)
),
-- a cancellation retracts the earlier events: the admission, or the arrival if there was no admission
assessed as (
    select
        *,
        case
            when event_type in ('cancelled_admit', 'cancelled_discharge') then false
            when event_type = 'presented'
                then coalesce(ordered_at > admit_cancelled_at, true)
                    or coalesce(first_admitted_at <= admit_cancelled_at, false)
            when event_type = 'discharge'
                then coalesce(ordered_at > admit_cancelled_at, true) and coalesce(event_at > discharge_cancelled_at, true)
            else coalesce(ordered_at > admit_cancelled_at, true)
        end as is_current,
        event_type = 'discharge' and coalesce(ordered_at > admit_cancelled_at, true)
        and not coalesce(event_at > discharge_cancelled_at, true) as is_retracted,
        coalesce(patient_class, case when event_type = 'presented' then 'emergency' end) as reported_class
    from cancelled
),
-- of several discharges the one received last applies
corrected as (
    select *, event_type = 'discharge' and row_number() over (
        partition by encounter_key, event_type, is_current order by known_at desc nulls last, _row desc
    ) > 1 as is_corrected
    from assessed
),
-- latest non-null value of each column, in event order
summed as (
    select
        encounter_key,
        min(sending_facility_id) as facility_id,
        max_by(facility_name, event_number) filter (where facility_name is not null) as facility_name,
        max_by(facility_type, event_number) filter (where facility_type is not null) as facility_type,
        max_by(client_key, event_number) filter (where client_key is not null) as client_key,
        max_by(reported_class, event_number)
            filter (where is_current and reported_class is not null and event_type <> 'presented') as reported_class,
        bool_or(is_current and reported_class = 'emergency') as has_emergency_event,
        coalesce(min(event_at) filter (where is_current), min(event_at)) as started_at,
        min(event_at) filter (
            where is_current and event_type in ('admit', 'transfer') and coalesce(reported_class, 'inpatient') <> 'emergency'
        ) as admitted_at,
        max_by(reported_class, event_number) filter (where is_current and event_type = 'presented') as presented_class,
        coalesce(
            max(event_number) filter (where is_current and event_type = 'discharge' and not is_corrected),
            max(event_number) filter (where is_current and event_type = 'deceased'),
            max(event_number) filter (where is_current and event_type = 'closed')
        ) as ending_number,
        coalesce(ending_number, min(event_number) filter (where is_current), max(event_number)) as deciding_number,
        bool_or(is_current and event_type = 'deceased') as has_died,
        max_by(diagnosis_code, event_number) filter (where is_current and diagnosis_code is not null) as diagnosis_code,
        max_by(discharge_disposition_code, event_number)
            filter (where is_current and not is_corrected and discharge_disposition_code is not null) as discharge_disposition_code,
        max(case when is_retracted then event_at end) as cancelled_discharge_at
    from corrected
    group by encounter_key
    having bool_or(is_current)
),
decided as (
    select
        summed.*, deciding.known_at, deciding._row,
        case when ending_number is not null then deciding.event_at end as reported_end_at,
        case when ending_number is null then null when deciding.event_type = 'closed' then 'unknown'
            else deciding.event_at_precision end as reported_end_precision,
        case
            when summed.facility_type = 'crisis_center' then 'crisis'
            when summed.reported_class is not null then summed.reported_class
            when admitted_at is not null and coalesce(summed.facility_type, '') <> 'emergency_department' then 'inpatient'
            when presented_class is not null then presented_class
            when summed.facility_type = 'emergency_department' then 'emergency'
            else 'inpatient'
        end as encounter_class,
        -- an emergency visit cannot last for days: an unclosed one is closed with an unknown end
        summed.started_at + event_rule('hanging_emergency_hours') * interval '1 hour' as hangs_until,
        reported_end_at is null and encounter_class = 'emergency' and hangs_until <= as_of() as is_hanging
    from summed
    inner join assessed as deciding
        on summed.encounter_key = deciding.encounter_key and summed.deciding_number = deciding.event_number
)
select
    encounter_key, client_key, facility_id, facility_name, facility_type, encounter_class, started_at,
    coalesce(admitted_at, started_at) as admitted_at,
    has_emergency_event and encounter_class <> 'crisis' as has_emergency_part,
    case when is_hanging then hangs_until else reported_end_at end as ended_at,
    case when is_hanging then 'unknown' else reported_end_precision end as end_precision,
    discharge_disposition_code, diagnosis_code, has_died,
    reported_end_at is null and cancelled_discharge_at is not null as is_discharge_cancelled,
    cancelled_discharge_at, known_at, _row
from decided;
