-- Stays, emergency visits: alerts and claims put together. Few rows, so this file is about being right, not fast.

-- Alerts in the order of what happened, by visit; without a visit number an arrival after an end or a long silence is another.
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
told as (
    select
        event._row, event.sending_facility_id, facility_name, facility_type, visit_number, event_type, patient_class, event_at,
        event_at_precision, icd_code(diagnosis_code) as diagnosis_code,
        padded_code(discharge_disposition_code, 2) as discharge_disposition_code, client_key,
        coalesce(event.received_at, resent.received_at, delivery.received_at) as known_at,
        -- an event without a time counts from the start of its day if it opens, from the end if it closes
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
    from told
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
    select *, 0 from told where visit_number is not null
)
select
    *, cast(hash(sending_facility_id, visit_identity, occurrence) >> 4 as bigint) as encounter_key,
    row_number() over (partition by encounter_key order by ordered_at, type_order, event_at, _row) as event_number
from numbered;

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
-- a cancellation takes back what happened up to it: the admission, or the arrival where nobody was admitted
judged as (
    select
        *,
        case
            when event_type in ('cancelled_admit', 'cancelled_discharge') then false
            when event_type = 'presented'
                then coalesce(ordered_at > admit_cancelled_at or first_admitted_at <= admit_cancelled_at, true)
            when event_type = 'discharge'
                then coalesce(ordered_at > admit_cancelled_at, true) and coalesce(event_at > discharge_cancelled_at, true)
            else coalesce(ordered_at > admit_cancelled_at, true)
        end as is_standing,
        event_type = 'discharge' and coalesce(ordered_at > admit_cancelled_at, true)
        and not coalesce(event_at > discharge_cancelled_at, true) as is_taken_back,
        coalesce(patient_class, case when event_type = 'presented' then 'emergency' end) as told_class
    from cancelled
),
-- the latest word on each question, by the order of events
summed as (
    select
        encounter_key,
        min(sending_facility_id) as facility_id,
        max_by(facility_name, event_number) filter (where facility_name is not null) as facility_name,
        max_by(facility_type, event_number) filter (where facility_type is not null) as facility_type,
        max_by(client_key, event_number) filter (where client_key is not null) as client_key,
        max_by(told_class, event_number)
            filter (where is_standing and told_class is not null and event_type <> 'presented') as told_class,
        bool_or(is_standing and told_class = 'emergency') as has_emergency_event,
        coalesce(min(event_at) filter (where is_standing), min(event_at)) as started_at,
        min(event_at) filter (
            where is_standing and event_type in ('admit', 'transfer') and coalesce(told_class, 'inpatient') <> 'emergency'
        ) as admitted_at,
        max_by(told_class, event_number) filter (where is_standing and event_type = 'presented') as presented_class,
        coalesce(
            max(event_number) filter (where is_standing and event_type = 'discharge'),
            max(event_number) filter (where is_standing and event_type = 'deceased'),
            max(event_number) filter (where is_standing and event_type = 'closed')
        ) as ending_number,
        coalesce(ending_number, min(event_number) filter (where is_standing), max(event_number)) as deciding_number,
        bool_or(is_standing and event_type = 'deceased') as has_died,
        max_by(diagnosis_code, event_number) filter (where is_standing and diagnosis_code is not null) as diagnosis_code,
        max_by(discharge_disposition_code, event_number)
            filter (where is_standing and discharge_disposition_code is not null) as discharge_disposition_code,
        max(case when is_taken_back then event_at end) as cancelled_discharge_at
    from judged
    group by encounter_key
    having bool_or(is_standing)
),
decided as (
    select
        summed.*, deciding.known_at, deciding._row,
        case when ending_number is not null then deciding.event_at end as told_end_at,
        case when ending_number is null then null when deciding.event_type = 'closed' then 'unknown'
            else deciding.event_at_precision end as told_end_precision,
        case
            when summed.facility_type = 'crisis_center' then 'crisis'
            when summed.told_class is not null then summed.told_class
            when admitted_at is not null and coalesce(summed.facility_type, '') <> 'emergency_department' then 'inpatient'
            when presented_class is not null then presented_class
            when summed.facility_type = 'emergency_department' then 'emergency'
            else 'inpatient'
        end as encounter_class,
        -- nobody stays in an emergency room for days: what hangs is closed, with an unknown end
        summed.started_at + event_rule('hanging_emergency_hours') * interval '1 hour' as hangs_until,
        told_end_at is null and encounter_class = 'emergency' and hangs_until <= as_of() as is_hanging
    from summed
    inner join judged as deciding
        on summed.encounter_key = deciding.encounter_key and summed.deciding_number = deciding.event_number
)
select
    encounter_key, client_key, facility_id, facility_name, facility_type, encounter_class, started_at,
    coalesce(admitted_at, started_at) as admitted_at,
    has_emergency_event and encounter_class <> 'crisis' as has_emergency_part,
    case when is_hanging then hangs_until else told_end_at end as ended_at,
    case when is_hanging then 'unknown' else told_end_precision end as end_precision,
    discharge_disposition_code, diagnosis_code, has_died,
    told_end_at is null and cancelled_discharge_at is not null as is_discharge_cancelled,
    cancelled_discharge_at, known_at, _row
from decided;

-- Whatever tells of a bed or an emergency room, in one form.
create temp table hospital_event as
with told as (
    select
        unnest(list_filter([
            case when encounter_class in ('inpatient', 'observation', 'crisis') then 'stay' end,
            case when has_emergency_part then 'emergency' end
        ], lambda kind: kind is not null)) as event_kind,
        'adt' as sender, encounter_key as event_id, client_key, facility_id, facility_name, facility_type,
        case encounter_class when 'inpatient' then 'acute' else encounter_class end as stay_class,
        started_at as arrived_at, admitted_at, ended_at as left_at, end_precision as told_precision,
        discharge_disposition_code, diagnosis_code as principal_diagnosis_code, has_emergency_part as came_through_ed,
        has_died, is_discharge_cancelled, cancelled_discharge_at, known_at, _row
    from encounter
),
adt as (
    select
        told.* exclude (arrived_at, admitted_at, left_at, told_precision),
        -- who was admitted from the emergency room left it then
        case when event_kind = 'stay' then admitted_at else arrived_at end as started_at,
        local_date(started_at) as start_date,
        case when event_kind = 'stay' or stay_class = 'emergency' then left_at else admitted_at end as ended_at,
        local_date(ended_at) as end_date,
        case when event_kind = 'stay' or stay_class = 'emergency' then told_precision else 'time' end as precision,
        diagnosis_mask(principal_diagnosis_code) as principal_mask,
        principal_mask as diagnosis_mask,
        0 as setting_mask,
        false as is_hospice
    from told
),
claim as (
    select
        unnest(list_filter([
            case when is_acute_inpatient or is_in_facility or is_observation or is_clinician_of_inpatient then 'stay' end,
            case when is_emergency then 'emergency' end
        ], lambda kind: kind is not null)) as event_kind,
        case when is_institutional then 'claims' else 'clinician' end as sender,
        cast(claim_key as bigint) as event_id, client_key, facility_id, hospital_claim.start_date, hospital_claim.end_date,
        case
            when is_acute_inpatient or is_clinician_of_inpatient then 'acute'
            when is_in_facility then 'nonacute'
            when is_observation then 'observation'
            else 'emergency'
        end as stay_class,
        admission_date, discharge_date, frequency, discharge_disposition_code, principal_diagnosis_code, principal_mask,
        diagnosis_mask, setting_mask, paid_usd, delivery.received_at as known_at
    from hospital_claim
    left join delivery on first_rank = file_rank
),
described as (
    select * from adt
    union all by name
    select
        claim.* exclude (start_date, end_date, admission_date, discharge_date, frequency),
        coalesce(admission_date, claim.start_date) as start_date,
        -- an interim bill ends nothing: the client is in the bed
        case
            when event_kind = 'stay' and (discharge_disposition_code = '30' or frequency in (2, 3)) then null
            else greatest(coalesce(discharge_date, claim.end_date), coalesce(admission_date, claim.start_date))
        end as end_date,
        claim.end_date as last_seen_date,
        start_of_day(coalesce(admission_date, claim.start_date)) as started_at,
        case
            when event_kind = 'stay' and (discharge_disposition_code = '30' or frequency in (2, 3)) then null
            else start_of_day(greatest(coalesce(discharge_date, claim.end_date), coalesce(admission_date, claim.start_date)))
        end as ended_at,
        'date' as precision,
        has(setting_mask, setting_bit('emergency')) as came_through_ed,
        has(setting_mask, setting_bit('hospice')) as is_hospice,
        false as has_died,
        false as is_discharge_cancelled,
        cast(null as bigint) as _row
    from claim
)
select
    event.* exclude (facility_name, facility_type, stay_class, precision, setting_mask),
    coalesce(event.client_key, -event_id) as person_key, -- nobody knows whose an unmatched event is: it joins no other
    coalesce(event.facility_name, provider_name) as facility_name,
    coalesce(event.facility_type, provider.facility_type) as facility_type,
    case when event_kind = 'stay' then coalesce(facility.stay_class, event.stay_class) else event.stay_class end as stay_class,
    case when ended_at is not null then precision end as end_precision,
    coalesce(provider.is_part2, false) or has(setting_mask, setting_bit('part2_provider')) as is_part2,
    coalesce(end_date, last_seen_date, start_date) as known_end_date,
    case
        when setting is not null then setting
        when has(setting_mask, setting_bit('psychiatric_inpatient') | setting_bit('psychiatric_place')) then 'psychiatric'
        when has(setting_mask, setting_bit('detox') | setting_bit('detox_place')) then 'substance_use'
    end as told_setting
from described as event
left join dim_provider as provider on event.facility_id = provider.npi
left join seed_facility_type_setting as facility
    on coalesce(event.facility_type, provider.facility_type) = facility.facility_type;

-- Events that follow each other closely enough to be one, each with the first of its group. `events` has event_id, started_at,
-- start_date, reach_date (last day on which a next one still belongs) and group_key (what must agree).
create macro joined_events(events) as table (
    select *, first_value(event_id) over (
        partition by group_key, group_number order by start_date, started_at, event_id
    ) as first_event_id
    from (
        select *, sum(case when start_date <= earlier_reach_date then 0 else 1 end) over (
            partition by group_key order by start_date, started_at, event_id rows unbounded preceding
        ) as group_number
        from (
            select *, max(reach_date) over (
                partition by group_key order by start_date, started_at, event_id
                rows between unbounded preceding and 1 preceding
            ) as earlier_reach_date
            from query_table(events)
        )
    )
);

-- Alerts of a stay that overlap are one (back the next day is a readmission), and so are claims a day apart; an emergency
-- visit's class does not matter. Both kinds go through one pass.
create temp table grouped_event as
select
    *,
    hash(event_kind, person_key, facility_id, case when event_kind = 'stay' then stay_class end) as group_key,
    case
        when event_kind = 'stay' and sender = 'adt' then greatest(start_date, coalesce(end_date, start_date) - 1)
        when event_kind = 'stay' then known_end_date + event_rule('adjacent_stay_days')
        when sender = 'adt' then coalesce(end_date, start_date)
        else coalesce(end_date, start_date) + event_rule('adjacent_stay_days')
    end as reach_date
from hospital_event;

create temp table adt_member_of as select * from grouped_event where sender = 'adt';
create temp table adt_member as from joined_events('adt_member_of');
create temp table adt_group as
select
    event_kind, first_event_id, client_key, facility_id, any_value(stay_class) as stay_class, min(start_date) as start_date,
    case when bool_and(end_date is not null) then max(end_date) end as end_date,
    max(coalesce(end_date, start_date)) as last_date
from adt_member
where client_key is not null
group by event_kind, first_event_id, client_key, facility_id;

-- A claim is of the ADT stay whose days it shares, and of the emergency visit nearest in time; dates of the two may differ by a
-- day, facility ids by anything.
create temp table linked_claim as
select claim.event_kind, claim.event_id, first(adt.first_event_id order by
    adt.facility_id = claim.facility_id desc, adt.stay_class = claim.stay_class desc,
    least(coalesce(adt.end_date, claim.known_end_date), claim.known_end_date) - greatest(adt.start_date, claim.start_date) desc,
    abs(claim.start_date - adt.start_date), abs(claim.end_date - adt.end_date) nulls last, adt.first_event_id
) as first_event_id
from grouped_event as claim
inner join adt_group as adt on claim.client_key = adt.client_key and adt.event_kind = 'stay'
where claim.event_kind = 'stay' and claim.sender = 'claims'
    and claim.start_date <= coalesce(adt.end_date, claim.start_date) + 1
    and claim.known_end_date >= adt.start_date - 1
    and (claim.stay_class = 'nonacute') = (adt.stay_class = 'nonacute')
    and (
        (
            least(coalesce(adt.end_date, claim.known_end_date), claim.known_end_date)
            - greatest(adt.start_date, claim.start_date) > 0
            and (
                least(coalesce(adt.end_date, claim.known_end_date), claim.known_end_date)
                - greatest(adt.start_date, claim.start_date)
            ) * 2 >= least(adt.end_date - adt.start_date, claim.known_end_date - claim.start_date)
        )
        or (abs(claim.start_date - adt.start_date) <= 1 and coalesce(abs(claim.end_date - adt.end_date) <= 1, true))
    )
group by claim.event_kind, claim.event_id
union all
select claim.event_kind, claim.event_id, first(adt.first_event_id order by
    adt.facility_id = claim.facility_id desc, abs(claim.start_date - adt.start_date), adt.start_date, adt.first_event_id
)
from grouped_event as claim
inner join adt_group as adt
    on claim.client_key = adt.client_key and adt.event_kind = 'emergency'
    and claim.start_date between adt.start_date - event_rule('adjacent_stay_days')
    and adt.last_date + event_rule('adjacent_stay_days')
where claim.event_kind = 'emergency' and claim.sender = 'claims'
group by claim.event_kind, claim.event_id;

create temp table claim_member_of as
select * from grouped_event anti join linked_claim using (event_kind, event_id) where sender = 'claims';
create temp table claim_member as from joined_events('claim_member_of');

-- What a clinician bills from the bedside belongs to the facility's stay or visit, where the facility told of one.
create temp table seen_in as
with facility_group as (
    select event_kind, first_event_id, client_key, start_date,
        case event_kind when 'stay' then coalesce(end_date, date '9999-12-31') else last_date end as end_date
    from adt_group
    union all
    select event_kind, first_event_id, client_key, min(start_date),
        max(case event_kind when 'stay' then known_end_date else coalesce(end_date, start_date) end)
    from claim_member
    group by event_kind, first_event_id, client_key
)
select clinician.event_kind, clinician.event_id, max_by(seen.first_event_id, seen.start_date) as first_event_id
from grouped_event as clinician
inner join facility_group as seen
    on clinician.event_kind = seen.event_kind and clinician.client_key = seen.client_key
    and clinician.start_date <= seen.end_date + 1
    and case clinician.event_kind when 'stay' then clinician.known_end_date else clinician.start_date end
    >= seen.start_date - 1
where clinician.sender = 'clinician'
group by clinician.event_kind, clinician.event_id;

create temp table clinician_member_of as
select
    * exclude (group_key),
    hash(event_kind, person_key, case when event_kind = 'stay' then stay_class end) as group_key
from grouped_event
anti join seen_in using (event_kind, event_id)
where sender = 'clinician';

create temp table event_member as
select event_kind, event_id, first_event_id from adt_member
union all select event_kind, event_id, first_event_id from linked_claim
union all select event_kind, event_id, first_event_id from claim_member
union all select event_kind, event_id, first_event_id from seen_in
union all select event_kind, event_id, first_event_id from joined_events('clinician_member_of');

-- ADT knows when (to the minute), the claim knows what (coded by the billing office).
create table fct_stay as
with member as (
    select
        first_event_id as stay_key, event.*, sender = 'adt' as is_adt,
        row_number() over (
            partition by first_event_id
            order by
                principal_diagnosis_code is null, case sender when 'clinician' then 3 when 'adt' then 2 else 1 end,
                known_end_date desc, event_id
        ) = 1 as is_coding,
        row_number() over (
            partition by first_event_id, sender = 'adt'
            order by sender = 'clinician', start_date desc, known_end_date desc, event_id
        ) = 1 as is_last,
        min(case sender when 'clinician' then 3 when 'adt' then 1 else 2 end) over (partition by first_event_id)
        = case sender when 'clinician' then 3 when 'adt' then 1 else 2 end as is_timing
    from event_member
    inner join hospital_event as event using (event_kind, event_id)
    where event_kind = 'stay'
),
summed as (
    select
        stay_key,
        max(client_key) as client_key,
        max(stay_class) filter (where is_coding) as stay_class,
        max(principal_diagnosis_code) filter (where is_coding) as principal_diagnosis_code,
        max(principal_mask) filter (where is_coding) as principal_mask,
        bit_or(diagnosis_mask) as diagnosis_mask,
        min(told_setting) as told_setting,
        min(started_at) filter (where is_timing) as admitted_at,
        min(start_date) filter (where is_timing) as admit_date,
        max(struct_pack(
            facility_id := facility_id, facility_name := facility_name, facility_type := facility_type, ended_at := ended_at,
            end_date := end_date, end_precision := end_precision, disposition := discharge_disposition_code,
            known_at := known_at, event_row := _row, is_cancelled := is_discharge_cancelled,
            cancelled_at := cancelled_discharge_at
        )) filter (where is_adt and is_last) as adt,
        max(struct_pack(
            facility_id := facility_id, facility_name := facility_name, facility_type := facility_type, ended_at := ended_at,
            end_date := end_date, end_precision := end_precision, disposition := discharge_disposition_code,
            known_at := known_at
        )) filter (where not is_adt and is_last) as claim,
        min(start_date) filter (where not is_adt) as claim_admit_date,
        max(known_end_date) as last_seen_date,
        bool_or(came_through_ed) as came_through_ed,
        bool_or(not is_adt) as has_claim,
        bool_or(is_adt) as has_adt,
        bool_or(is_hospice) as is_hospice,
        bool_or(has_died) as has_died,
        bool_or(is_part2) as is_part2,
        sum(paid_usd) as paid_usd,
        count(*) as event_count
    from member
    group by stay_key
),
dated as (
    select
        * exclude (is_hospice),
        is_hospice as told_hospice,
        -- an interim bill that nothing follows says no longer that the client is in the bed
        adt.end_date is null and claim.end_date is null and not has_adt
        and last_seen_date + event_rule('open_claim_stay_days') < as_of_date() as is_end_lost,
        adt.end_date is null and claim.end_date is not null as is_ended_by_claim,
        coalesce(adt.facility_id, claim.facility_id) as facility_id,
        case when is_end_lost then start_of_day(last_seen_date) else coalesce(adt.ended_at, claim.ended_at) end as discharged_at,
        case when is_end_lost then last_seen_date else coalesce(adt.end_date, claim.end_date) end as discharge_date,
        case
            when is_end_lost then 'unknown' when is_ended_by_claim then claim.end_precision else adt.end_precision
        end as discharge_precision,
        nullif(coalesce(adt.disposition, claim.disposition), '30') as discharge_disposition_code,
        case when is_ended_by_claim then claim.known_at else coalesce(adt.known_at, claim.known_at) end as received_at
    from summed
),
-- acute to acute on a day, or at another facility within a day: two stays, and each knows the other
neighbouring as (
    select
        *,
        lag(stay_key) over acute as earlier_stay_key,
        lag(discharge_date) over acute as earlier_discharge_date,
        lag(facility_id) over acute as earlier_facility_id,
        lead(stay_key) over acute as later_stay_key,
        lead(admit_date) over acute as later_admit_date,
        lead(facility_id) over acute as later_facility_id
    from dated
    window acute as (
        partition by coalesce(client_key, -stay_key), stay_class order by admitted_at, discharged_at nulls last, stay_key
    )
),
judged as (
    select
        stay.*,
        stay.has_died or coalesce(disposition.category = 'died', false)
        or coalesce(death_date between admit_date and discharge_date, false) as died,
        case
            when stay_class = 'acute' and admit_date <= earlier_discharge_date
                + case when earlier_facility_id = facility_id then 0 else event_rule('transfer_days') end
                then earlier_stay_key
        end as transferred_from_stay_key,
        case
            when stay_class = 'acute' and later_admit_date <= discharge_date
                + case when facility_id = later_facility_id then 0 else event_rule('transfer_days') end
                then later_stay_key
        end as transferred_to_stay_key,
        disposition.is_to_community as is_told_to_community,
        coalesce(disposition.is_against_advice, false) as is_against_advice,
        coalesce(told_hospice or disposition.category = 'hospice', false) as is_hospice
    from neighbouring as stay
    left join seed_discharge_disposition as disposition using (discharge_disposition_code)
    left join dim_client using (client_key)
)
select
    stay_key, client_key, facility_id, coalesce(adt.facility_name, claim.facility_name) as facility_name,
    coalesce(adt.facility_type, claim.facility_type) as facility_type, stay_class,
    event_setting(told_setting, principal_mask, stay_class, 0) as setting,
    admitted_at, admit_date, discharged_at, discharge_date, discharge_precision, discharge_disposition_code,
    discharge_date is not null and not died and discharge_precision <> 'unknown'
    and coalesce(is_told_to_community, transferred_to_stay_key is null) as is_to_community,
    is_against_advice, principal_diagnosis_code,
    has(principal_mask, diagnosis_bit('is_mental_principal_2024')) as is_mental_principal_2024,
    has(principal_mask, diagnosis_bit('is_mental_principal_2025')) as is_mental_principal_2025,
    has(principal_mask, diagnosis_bit('is_self_harm')) as is_self_harm_principal,
    has(principal_mask, diagnosis_bit('is_sud')) as is_sud_principal,
    has(diagnosis_mask, diagnosis_bit('is_mental_any')) as is_mental_any,
    has(diagnosis_mask, diagnosis_bit('is_self_harm')) as is_self_harm_any,
    has(diagnosis_mask, diagnosis_bit('is_overdose')) as is_overdose_any,
    came_through_ed, has_claim, has_adt, is_hospice, died,
    discharge_date - admit_date as length_of_stay_days, paid_usd,
    coalesce(adt.is_cancelled, false) and discharge_date is null as is_discharge_cancelled,
    adt.cancelled_at as cancelled_discharge_at, claim_admit_date, claim.end_date as claim_discharge_date,
    transferred_from_stay_key, transferred_to_stay_key, event_count, is_part2, received_at,
    adt.event_row as adt_row -- which alert decided: the tasks compare it
from judged;

create table fct_ed_visit as
with stay as (
    select * from fct_stay where stay_class in ('acute', 'nonacute')
),
own_stay as (
    select event_id
    from event_member
    inner join stay on first_event_id = stay_key
    where event_kind = 'stay'
),
member as (
    select
        first_event_id as ed_visit_key, event.*, sender = 'adt' as is_adt,
        own_stay.event_id is not null and sender = 'adt' as is_admitted_by_adt,
        row_number() over (
            partition by first_event_id
            order by
                principal_diagnosis_code is null, case sender when 'clinician' then 3 when 'adt' then 2 else 1 end,
                end_date desc nulls last, event_id
        ) = 1 as is_coding,
        row_number() over (
            partition by first_event_id
            order by
                case sender when 'clinician' then 3 when 'adt' then 1 else 2 end, start_date desc, end_date desc nulls last,
                event_id
        ) = 1 as is_timing,
        bool_or(sender = 'adt') over (partition by first_event_id) as has_adt
    from event_member
    inner join hospital_event as event using (event_kind, event_id)
    left join own_stay using (event_id)
    where event_kind = 'emergency'
),
summed as (
    select
        ed_visit_key,
        max(client_key) as client_key,
        max(struct_pack(
            facility_id := facility_id, facility_name := facility_name, facility_type := facility_type, ended_at := ended_at,
            end_date := end_date, end_precision := end_precision, disposition := discharge_disposition_code,
            known_at := known_at, event_row := _row
        )) filter (where is_timing) as told,
        min(started_at) filter (where is_adt = has_adt) as started_at,
        min(start_date) filter (where is_adt = has_adt) as visit_date,
        max(discharge_disposition_code) as other_disposition,
        max(principal_diagnosis_code) filter (where is_coding) as principal_diagnosis_code,
        max(principal_mask) filter (where is_coding) as principal_mask,
        bit_or(diagnosis_mask) as diagnosis_mask,
        min(told_setting) as told_setting,
        bool_or(is_admitted_by_adt) as is_admitted_by_adt,
        bool_or(not is_adt) as has_claim,
        bool_or(is_adt) as has_adt,
        bool_or(is_part2) as is_part2,
        bool_or(has_died) as has_died,
        sum(paid_usd) as paid_usd,
        count(*) as event_count
    from member
    group by ed_visit_key
),
disposed as (
    select
        summed.*, category, is_to_community as is_told_to_community,
        coalesce(told.disposition, other_disposition) as discharge_disposition_code
    from summed
    left join seed_discharge_disposition as disposition
        on coalesce(told.disposition, other_disposition) = disposition.discharge_disposition_code
),
-- admitted on the day they left; after midnight counts at the same facility, on a transfer, or where nobody knows the end
admitted as (
    select distinct ed_visit_key
    from disposed as visit
    inner join stay
        on visit.client_key = stay.client_key
        and stay.admit_date >= visit.visit_date
        and stay.admit_date <= coalesce(told.end_date, visit_date) + case
            when told.facility_id = stay.facility_id or told.end_date is null or told.end_precision = 'unknown'
                or category = 'transfer' then 1
            else 0
        end
)
select
    ed_visit_key, client_key, told.facility_id as facility_id, told.facility_name as facility_name,
    told.facility_type as facility_type, event_setting(told_setting, principal_mask, 'emergency', diagnosis_mask) as setting,
    started_at, visit_date, told.ended_at as ended_at, told.end_date as end_date, told.end_precision as end_precision,
    discharge_disposition_code,
    principal_diagnosis_code,
    has(principal_mask, diagnosis_bit('is_mental_principal_2024')) as is_mental_principal_2024,
    has(principal_mask, diagnosis_bit('is_mental_principal_2025')) as is_mental_principal_2025,
    has(principal_mask, diagnosis_bit('is_self_harm')) as is_self_harm_principal,
    has(principal_mask, diagnosis_bit('is_sud')) as is_sud_principal,
    has(diagnosis_mask, diagnosis_bit('is_mental_any')) as is_mental_any,
    has(diagnosis_mask, diagnosis_bit('is_self_harm')) as is_self_harm_any,
    has(diagnosis_mask, diagnosis_bit('is_overdose')) as is_overdose_any,
    -- principal mental or substance-use diagnosis, or harm in any position
    has(principal_mask, diagnosis_bit('is_behavioral'))
    or has(diagnosis_mask, diagnosis_bit('is_self_harm') | diagnosis_bit('is_overdose')) as is_behavioral,
    is_admitted_by_adt or admitted.ed_visit_key is not null as became_inpatient,
    has_died or coalesce(category = 'died', false) as died,
    told.ended_at is not null and told.end_precision <> 'unknown' and not became_inpatient and not died
    and coalesce(is_told_to_community, true) as is_to_community,
    has_claim, has_adt, paid_usd, event_count, is_part2,
    told.known_at as received_at, told.event_row as adt_row
from disposed
left join admitted using (ed_visit_key);
