{#
    One visit to an emergency room leaves an alert, a facility claim and several claims of
    clinicians, each with an id of its own and dates a day apart. The first alert, else the first
    claim, names the visit, as for stays.
#}
with rule as (
    select max(case when rule_id = 'adjacent_stay_days' then value end) as adjacent_days
    from {{ ref('event_rule') }}
),

event as (
    select
        event.*,
        coalesce(event.client_key, -event.event_id) as person_key,
        coalesce(event.end_date, event.start_date)
        + case when event.sender in ('adt', 'synthea', 'ehr_fhir') then 0
            else rule.adjacent_days
        end
            as merge_through_date,
        rule.adjacent_days
    from {{ ref('int_hospital_event__described') }} as event
    cross join rule
    where event.event_kind = 'emergency'
),

adt_event as (
    select * from event
    where sender = 'adt'
),

adt_member as (
    {{ merge_adjacent_events('adt_event', ['person_key', 'facility_id']) }}
),

adt_visit as (
    select
        first_event_id,
        client_key,
        facility_id,
        min(start_date) as start_date,
        max(coalesce(end_date, start_date)) as end_date
    from adt_member
    where client_key is not null
    group by first_event_id, client_key, facility_id
),

-- the claim of a visit that an alert told of: the nearest in time, the same facility first
linked_claim as (
    select event_id, first_event_id
    from (
        select
            claim.event_id,
            adt_visit.first_event_id,
            row_number() over (
                partition by claim.event_id
                order by
                    adt_visit.facility_id = claim.facility_id desc,
                    abs({{ dbt.datediff('adt_visit.start_date', 'claim.start_date', 'day') }}),
                    adt_visit.start_date,
                    adt_visit.first_event_id
            ) as preference
        from event as claim
        inner join adt_visit
            on
            claim.client_key = adt_visit.client_key
            and claim.start_date
            between adt_visit.start_date - claim.adjacent_days
            and adt_visit.end_date + claim.adjacent_days
        where claim.sender in ('claims', 'synthea', 'ehr_fhir')
    ) as preferred
    where preference = 1
),

claim_event as (
    select event.*
    from event
    left join linked_claim on event.event_id = linked_claim.event_id
    where event.sender in ('claims', 'synthea', 'ehr_fhir') and linked_claim.event_id is null
),

claim_member as (
    {{ merge_adjacent_events('claim_event', ['person_key', 'facility_id']) }}
),

facility_visit as (
    select first_event_id, client_key, start_date, end_date from adt_visit
    union all
    select
        first_event_id,
        client_key,
        min(start_date) as start_date,
        max(coalesce(end_date, start_date)) as end_date
    from claim_member
    group by first_event_id, client_key
),

seen_in as (
    select
        clinician.event_id,
        max_by(facility_visit.first_event_id, facility_visit.start_date) as first_event_id
    from event as clinician
    inner join facility_visit
        on
        clinician.client_key = facility_visit.client_key
        and clinician.start_date
        between facility_visit.start_date - clinician.adjacent_days
        and facility_visit.end_date + clinician.adjacent_days
    where clinician.sender = 'clinician'
    group by clinician.event_id
),

lone_clinician_event as (
    select event.*
    from event
    left join seen_in on event.event_id = seen_in.event_id
    where event.sender = 'clinician' and seen_in.event_id is null
),

lone_clinician_member as (
    {{ merge_adjacent_events('lone_clinician_event', ['person_key']) }}
),

merged_event as (
    select event_id, first_event_id from adt_member
    union all
    select event_id, first_event_id from linked_claim
    union all
    select event_id, first_event_id from claim_member
    union all
    select event_id, first_event_id from seen_in
    union all
    select event_id, first_event_id from lone_clinician_member
)

select * from merged_event
