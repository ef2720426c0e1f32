{#
    Longer than the budget: which events belong together is one decision, easier to check in one model.

    The key of a stay is the event of its first alert; without an alert, of its first claim (the first
    of an adjustment chain) or encounter. So a claim that comes months after the alert changes only
    has_claim, and a corrected claim keeps the key. Only an alert that comes after the claim gives the
    stay a new key.

    rules/privacy.md#merged-records: the redacted view merges the records that are not Part 2 records, as
    if there were no others. Only clients with Part 2 hospital records have events in it; for all others
    both views are the same.
#}
with rule as (
    select max(case when rule_id = 'adjacent_stay_days' then value end) as adjacent_days
    from {{ ref('event_rule') }}
),

hospital_event as (
    select
        *,
        -- the patient of an unmatched event is unknown, so it joins no other
        coalesce(client_key, -event_id) as person_key,
        coalesce(end_date, last_seen_date, start_date) as known_end_date
    from {{ ref('int_hospital_event__described') }}
    where event_kind = 'stay'
),

part2_client as (
    select distinct client_key from {{ ref('int_hospital_event__described') }}
    where is_part2 and client_key is not null
),

event as (
    select 'full' as part2_view, hospital_event.* from hospital_event
    union all
    select 'redacted' as part2_view, hospital_event.* from hospital_event
    inner join part2_client on hospital_event.client_key = part2_client.client_key
    where not hospital_event.is_part2
),

-- alerts give the time of the discharge, so only overlapping ones are one stay: an admission on the
-- next day is a readmission
alert_event as (
    select
        *,
        greatest(start_date, coalesce(end_date, start_date) - 1) as merge_through_date
    from event
    where event_basis = 'alert'
),

alert_member as (
    {{ merge_adjacent_events(
        'alert_event', ['part2_view', 'person_key', 'facility_id', 'stay_class']
    ) }}
),

alert_stay as (
    select
        part2_view,
        first_event_id,
        client_key,
        facility_id,
        stay_class,
        min(start_date) as start_date,
        case when bool_and(end_date is not null) then max(end_date) end as end_date
    from alert_member
    where client_key is not null
    group by part2_view, first_event_id, client_key, facility_id, stay_class
),

candidate as (
    select
        claim.part2_view,
        claim.event_id,
        alert_stay.first_event_id,
        alert_stay.facility_id = claim.facility_id as is_same_facility,
        alert_stay.stay_class = claim.stay_class as is_same_class,
        abs({{ dbt.datediff('alert_stay.start_date', 'claim.start_date', 'day') }})
            as start_gap_days,
        abs({{ dbt.datediff('alert_stay.end_date', 'claim.end_date', 'day') }}) as end_gap_days,
        {{ dbt.datediff(
            'greatest(alert_stay.start_date, claim.start_date)',
            'least(coalesce(alert_stay.end_date, claim.known_end_date), claim.known_end_date)', 'day'
        ) }} as shared_days,
        least(
            {{ dbt.datediff('alert_stay.start_date', 'alert_stay.end_date', 'day') }},
            {{ dbt.datediff('claim.start_date', 'claim.known_end_date', 'day') }}
        ) as shorter_days
    from event as claim
    inner join alert_stay
        on claim.client_key = alert_stay.client_key and claim.part2_view = alert_stay.part2_view
    where
        claim.event_basis in ('institutional_claim', 'encounter')
        and claim.start_date <= coalesce(alert_stay.end_date, claim.start_date) + 1
        and claim.known_end_date >= alert_stay.start_date - 1
        and ((claim.stay_class = 'nonacute') = (alert_stay.stay_class = 'nonacute'))
),

-- a claim belongs to the alert stay whose days it shares. The dates of the two may differ by a day,
-- and their facility ids need not agree. A transfer shares at most a day with the stay before it,
-- which is not enough
linked_claim as (
    select part2_view, event_id, first_event_id
    from (
        select
            *,
            row_number() over (
                partition by part2_view, event_id
                order by
                    is_same_facility desc, is_same_class desc, shared_days desc, start_gap_days,
                    end_gap_days nulls last, first_event_id
            ) as preference
        from candidate
        where
            (shared_days > 0 and shared_days * 2 >= shorter_days)
            or (start_gap_days <= 1 and coalesce(end_gap_days <= 1, true))
    ) as preferred
    where preference = 1
),

claim_event as (
    select event.*, event.known_end_date + rule.adjacent_days as merge_through_date
    from event
    cross join rule
    left join linked_claim
        on event.event_id = linked_claim.event_id and event.part2_view = linked_claim.part2_view
    where
        event.event_basis in ('institutional_claim', 'encounter')
        and linked_claim.event_id is null
),

claim_member as (
    {{ merge_adjacent_events(
        'claim_event', ['part2_view', 'person_key', 'facility_id', 'stay_class']
    ) }}
),

facility_stay as (
    select
        part2_view,
        first_event_id,
        client_key,
        start_date,
        coalesce(end_date, cast('9999-12-31' as date)) as end_date
    from alert_stay
    union all
    select
        part2_view,
        first_event_id,
        client_key,
        min(start_date) as start_date,
        max(known_end_date) as end_date
    from claim_member
    group by part2_view, first_event_id, client_key
),

-- the claim of a clinician belongs to the facility's stay, where there is one
clinician_event as (
    select
        event.*,
        event.known_end_date + rule.adjacent_days as merge_through_date,
        seen_in.first_event_id as facility_event_id
    from event
    cross join rule
    left join (
        select
            clinician.part2_view,
            clinician.event_id,
            max_by(facility_stay.first_event_id, facility_stay.start_date) as first_event_id
        from event as clinician
        inner join facility_stay
            on
            clinician.client_key = facility_stay.client_key
            and clinician.part2_view = facility_stay.part2_view
            and clinician.start_date <= facility_stay.end_date + 1
            and clinician.known_end_date >= facility_stay.start_date - 1
        where clinician.event_basis = 'professional_claim'
        group by clinician.part2_view, clinician.event_id
    ) as seen_in
        on event.event_id = seen_in.event_id and event.part2_view = seen_in.part2_view
    where event.event_basis = 'professional_claim'
),

lone_clinician_event as (
    select * from clinician_event
    where facility_event_id is null
),

lone_clinician_member as (
    {{ merge_adjacent_events('lone_clinician_event', ['part2_view', 'person_key', 'stay_class']) }}
),

merged_event as (
    select part2_view, event_id, first_event_id as stay_key from alert_member
    union all
    select part2_view, event_id, first_event_id as stay_key from linked_claim
    union all
    select part2_view, event_id, first_event_id as stay_key from claim_member
    union all
    select part2_view, event_id, facility_event_id as stay_key from clinician_event
    where facility_event_id is not null
    union all
    select part2_view, event_id, first_event_id as stay_key from lone_clinician_member
)

select * from merged_event
