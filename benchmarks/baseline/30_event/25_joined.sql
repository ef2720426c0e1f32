-- Events close enough to be merged, each with the first event of its group. `events` has event_id, started_at,
-- start_date, merge_through_date (last day on which the next event still merges) and group_key (must be equal).
create macro merge_adjacent_events(events) as table (
    select *, first_value(event_id) over (
        partition by group_key, group_number order by start_date, started_at, event_id
    ) as first_event_id
    from (
        select *, sum(case when start_date <= earlier_merge_through_date then 0 else 1 end) over (
            partition by group_key order by start_date, started_at, event_id rows unbounded preceding
        ) as group_number
        from (
            select *, max(merge_through_date) over (
                partition by group_key order by start_date, started_at, event_id
                rows between unbounded preceding and 1 preceding
            ) as earlier_merge_through_date
            from query_table(events)
        )
    )
);

-- Overlapping alerts of a stay merge (a return on the next day is a readmission), and so do claims a day apart. The class of
-- an emergency visit does not matter. Both kinds are merged in one pass.
create temp table grouped_event as
select
    *,
    hash(event_kind, person_key, facility_id, case when event_kind = 'stay' then stay_class end) as group_key,
    case
        when event_kind = 'stay' and sender = 'adt' then greatest(start_date, coalesce(end_date, start_date) - 1)
        when event_kind = 'stay' then known_end_date + event_rule('adjacent_stay_days')
        when sender = 'adt' then coalesce(end_date, start_date)
        else coalesce(end_date, start_date) + event_rule('adjacent_stay_days')
    end as merge_through_date
from hospital_event;

create temp table adt_member_of as select * from grouped_event where sender = 'adt';
create temp table adt_member as from merge_adjacent_events('adt_member_of');
create temp table adt_group as
select
    event_kind, first_event_id, client_key, facility_id, any_value(stay_class) as stay_class, min(start_date) as start_date,
    case when bool_and(end_date is not null) then max(end_date) end as end_date,
    max(coalesce(end_date, start_date)) as last_date
from adt_member
where client_key is not null
group by event_kind, first_event_id, client_key, facility_id;

-- A claim matches the ADT stay that shares its days, and the nearest emergency visit in time. Dates may differ by a
-- day; facility ids are not compared.
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
create temp table claim_member as from merge_adjacent_events('claim_member_of');

-- A professional claim from the bedside belongs to the facility's stay or visit if there is one.
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
union all select event_kind, event_id, first_event_id from merge_adjacent_events('clinician_member_of');
