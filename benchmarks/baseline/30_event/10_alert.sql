-- Stays and emergency visits from alerts and claims. There are few rows: these files favor clarity over speed.

-- Alerts in event order, by visit. Without a visit number, an arrival after an end or a long gap starts another visit.
create temp table alert as
with resent as (
    select
        sent.current_row as _row,
        least(min(earlier.received_at), min(own.received_at)) as received_at
    from superseded_adt_event as sent
    inner join delivery as earlier on sent._row // 10000000000 = earlier.file_rank
    inner join delivery as own on sent.current_row // 10000000000 = own.file_rank
    group by sent.current_row
),
reported_alert as (
    select
        event._row, event.sending_facility_id, facility_name, facility_type, visit_number, event_type, patient_class, event_at,
        event_at_precision, icd_code(diagnosis_code) as diagnosis_code,
        padded_code(discharge_disposition_code, 2) as discharge_disposition_code, client_key,
        coalesce(event.received_at, resent.received_at, delivery.received_at) as known_at,
        -- an event without a time counts from the start of its day if it is an arrival, from the end if it is a departure
        case
            when event_at_precision = 'date' and event_type not in ('presented', 'admit')
                then end_of_day(event_at_day)
            else event_at
        end as ordered_at,
        coalesce(list_position(
            ['presented', 'admit', 'transfer', 'cancelled_admit', 'discharge', 'deceased', 'closed'], event_type
        ), 8) as type_order,
        case
            when visit_number is not null then hash('visit', visit_number)
            when source_patient_id is not null then hash('patient', source_patient_id)
            when upper_code(medicaid_id) is not null then hash('medicaid', upper_code(medicaid_id))
            when event_id is not null then hash('event', event_id)
            when first_name is not null and last_name is not null and birth_date is not null
                then hash('name', lower(first_name), lower(last_name), birth_date)
            else hash('row', event._row)
        end as visit_identity
    from adt_event as event
    left join delivery on event._row // 10000000000 = delivery.file_rank
    left join resent using (_row)
    left join client_of_alert as client
        on event.sending_facility_id = client.sending_facility_id
        and coalesce(source_patient_id, 'medicaid:' || upper(trim(medicaid_id))) = client.source_client_id
    where event_at <= as_of()
),
followed as (
    select *, lag(event_type) over visit as previous_type, lag(ordered_at) over visit as previous_at
    from reported_alert
    where visit_number is null
    window visit as (
        partition by sending_facility_id, visit_identity order by ordered_at, type_order, event_at, _row
    )
),
numbered as (
    select * exclude (previous_type, previous_at), sum(case
        when previous_type is null then 1
        when event_type in ('cancelled_admit', 'cancelled_discharge') then 0
        when ordered_at <= previous_at + event_rule('new_visit_gap_hours') * interval '1 hour'
            then case
                when event_type in ('presented', 'admit')
                    and previous_type in ('discharge', 'deceased', 'closed', 'cancelled_admit') then 1
                else 0
            end
        when event_type in ('presented', 'admit') or previous_type in ('discharge', 'deceased', 'closed') then 1
        else 0
    end) over (
        partition by sending_facility_id, visit_identity order by ordered_at, type_order, event_at, _row
        rows unbounded preceding
    ) as occurrence
    from followed
    union all
    select *, 0 from reported_alert where visit_number is not null
)
select
    *, cast(hash(sending_facility_id, visit_identity, occurrence) >> 4 as bigint) as encounter_key,
    row_number() over (partition by encounter_key order by ordered_at, type_order, event_at, _row) as event_number
from numbered;
