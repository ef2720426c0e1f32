{#
    Longer than the budget: which events belong together is one decision, easier to check in one model.

    One visit to an emergency room leaves an alert, a facility claim and several claims of
    clinicians, each with an id of its own and dates a day apart. The first alert, else the first
    claim, names the visit, as for stays. The redacted view merges the records that are not Part 2
    records, for clients who also have Part 2 records.
#}
with rule as (
    select max(case when rule_id = 'adjacent_stay_days' then value end) as adjacent_days
    from {{ ref('event_rule') }}
),

hospital_event as (
    select
        event.*,
        coalesce(event.client_key, -event.event_id) as person_key,
        coalesce(event.end_date, event.start_date)
        + case when event.event_basis in ('alert', 'encounter') then 0
            else rule.adjacent_days
        end
            as merge_through_date,
        rule.adjacent_days
    from {{ ref('int_hospital_event__described') }} as event
    cross join rule
    where event.event_kind = 'emergency'
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

alert_event as (
    select * from event
    where event_basis = 'alert'
),

alert_member as (
    {{ merge_adjacent_events('alert_event', ['part2_view', 'person_key', 'facility_id']) }}
),

alert_visit as (
    select
        part2_view,
        first_event_id,
        client_key,
        facility_id,
        min(start_date) as start_date,
        max(coalesce(end_date, start_date)) as end_date
    from alert_member
    where client_key is not null
    group by part2_view, first_event_id, client_key, facility_id
),

-- the claim of a visit with an alert: the same facility first, then the nearest day
linked_claim as (
    select part2_view, event_id, first_event_id
    from (
        select
            claim.part2_view,
            claim.event_id,
            alert_visit.first_event_id,
            row_number() over (
                partition by claim.part2_view, claim.event_id
                order by
                    alert_visit.facility_id = claim.facility_id desc,
                    abs({{ dbt.datediff('alert_visit.start_date', 'claim.start_date', 'day') }}),
                    alert_visit.start_date,
                    alert_visit.first_event_id
            ) as preference
        from event as claim
        inner join alert_visit
            on
            claim.client_key = alert_visit.client_key
            and claim.part2_view = alert_visit.part2_view
            and claim.start_date
            between alert_visit.start_date - claim.adjacent_days
            and alert_visit.end_date + claim.adjacent_days
        where claim.event_basis in ('institutional_claim', 'encounter')
    ) as preferred
    where preference = 1
),

claim_event as (
    select event.*
    from event
    left join linked_claim
        on event.event_id = linked_claim.event_id and event.part2_view = linked_claim.part2_view
    where
        event.event_basis in ('institutional_claim', 'encounter')
        and linked_claim.event_id is null
),

claim_member as (
    {{ merge_adjacent_events('claim_event', ['part2_view', 'person_key', 'facility_id']) }}
),

facility_visit as (
    select part2_view, first_event_id, client_key, start_date, end_date from alert_visit
    union all
    select
        part2_view,
        first_event_id,
        client_key,
        min(start_date) as start_date,
        max(coalesce(end_date, start_date)) as end_date
    from claim_member
    group by part2_view, first_event_id, client_key
),

seen_in as (
    select
        clinician.part2_view,
        clinician.event_id,
        max_by(facility_visit.first_event_id, facility_visit.start_date) as first_event_id
    from event as clinician
    inner join facility_visit
        on
        clinician.client_key = facility_visit.client_key
        and clinician.part2_view = facility_visit.part2_view
        and clinician.start_date
        between facility_visit.start_date - clinician.adjacent_days
        and facility_visit.end_date + clinician.adjacent_days
    where clinician.event_basis = 'professional_claim'
    group by clinician.part2_view, clinician.event_id
),

lone_clinician_event as (
    select event.*
    from event
    left join seen_in
        on event.event_id = seen_in.event_id and event.part2_view = seen_in.part2_view
    where event.event_basis = 'professional_claim' and seen_in.event_id is null
),

lone_clinician_member as (
    {{ merge_adjacent_events('lone_clinician_event', ['part2_view', 'person_key']) }}
),

merged_event as (
    select part2_view, event_id, first_event_id from alert_member
    union all
    select part2_view, event_id, first_event_id from linked_claim
    union all
    select part2_view, event_id, first_event_id from claim_member
    union all
    select part2_view, event_id, first_event_id from seen_in
    union all
    select part2_view, event_id, first_event_id from lone_clinician_member
)

select * from merged_event
