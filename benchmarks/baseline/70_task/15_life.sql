-- Two-way contacts by Part 2 view, for "the first contact after": an ASOF join reads only that contact.
create temp table reach as
select client_key, no_part2, contacted_at
from fct_contact
inner join client_part2_view using (client_key)
where is_two_way and contacted_at <= as_of() and not (no_part2 and is_part2);

-- From openings to tasks: the first event that resolved each one. answered_by_contact: a two-way contact resolves it.
-- admission: 'ends', 'pauses' (while the client is an inpatient), 'replaces' (ends it once the client was discharged).
create macro task_lifecycle(openings) as table (
    with opening as (
        select opening.*, died_at, moved_at, left_at
        from query_table(openings) as opening
        inner join task_client using (client_key, no_part2)
        -- no task for a client who died or was discharged before it opened
        where opened_at <= as_of() and coalesce(opened_at < died_at + interval '1 day', true)
            and coalesce(opened_at <= left_at, true)
    ),
    hospital as (
        select opening.task_key, opening.no_part2,
            min(case
                when admission = 'ends' and admitted_at > opened_at then admitted_at
                when admission = 'replaces' and admitted_at > event_at and has_come_home then admitted_at
            end) as readmitted_at,
            max(case when is_inside then admitted_at end) as inside_since
        from opening
        inner join admission as stay
            on opening.client_key = stay.client_key and stay.ended_at > event_at
            and not (no_part2 and stay.is_part2)
            and (admission <> 'ends' or stay_class <> 'crisis')
        group by opening.task_key, opening.no_part2
    ),
    ended as (
        select
            opening.*, readmitted_at, inside_since,
            case when answered_by_contact then reach.contacted_at end as reached_at,
            least(
                case when answered_by_contact then reach.contacted_at end, resolved_at, retracted_at, readmitted_at, died_at,
                moved_at, left_at, expires_at
            ) as ended_at
        from opening
        asof left join reach
            on opening.client_key = reach.client_key and opening.no_part2 = reach.no_part2
            and opening.event_at < reach.contacted_at
        left join hospital on opening.task_key = hospital.task_key and opening.no_part2 = hospital.no_part2
    ),
    closed as (
        select *, case
            when ended_at is null or ended_at > as_of() then case when inside_since is not null then 'admitted' end
            when ended_at = reached_at then 'reached'
            when ended_at = resolved_at then resolution_reason
            when ended_at = retracted_at then retraction_type
            when ended_at = readmitted_at then 'readmitted'
            when ended_at = died_at then 'died'
            when ended_at = moved_at then 'moved'
            when ended_at = left_at then 'agency_discharge'
            else expiry_reason
        end as reason
        from ended
    )
    select
        task_key, no_part2, client_key, lane, task_type, opened_at, due_at, expires_at,
        case
            when reason is null then 'open'
            when reason in ('cancelled', 'superseded') then reason
            when reason = expiry_reason and ended_at = expires_at then 'expired'
            else 'closed'
        end as status,
        case
            when reason = 'admitted' then greatest(opened_at, inside_since)
            when reason is not null then greatest(opened_at, ended_at)
        end as closed_at,
        case
            when reason is null then null
            when ended_at <= as_of() and ended_at in (reached_at, resolved_at, retracted_at) then 'data'
            else 'system'
        end as closed_by,
        case reason when 'cancelled' then 'event_cancelled' when 'superseded' then 'event_corrected' else reason end
            as close_reason,
        is_part2, event_at, event_date, event_key, event_facility, event_setting, discharge_disposition_code,
        retracted_at, retraction_type, facility_id, event_precision
    from closed
);
