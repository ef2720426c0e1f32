-- Two-way contacts and kept visits by Part 2 view, for "the first one after": an ASOF join reads only that one.
create temp table reach as
with reached as (
    select client_key, contacted_at as reached_at, is_part2, false as is_visit from fct_contact where is_two_way
    union all
    select client_key, started_at, is_part2, true from fct_visit
)
select client_key, no_part2, reached_at, is_visit
from reached
inner join client_part2_view using (client_key)
where reached_at <= as_of() and not (no_part2 and is_part2);

-- From openings to tasks: the first event that resolved each one, and the pauses before it. answered_by_contact,
-- answered_by_visit: what reaches the client. follows_discharge: the next discharge from a hospital supersedes the task.
create macro task_lifecycle(openings) as table (
    with opening as (
        select opening.*, died_at, moved_at, left_at
        from query_table(openings) as opening
        inner join task_client using (client_key, no_part2)
        -- no task for a client who died or was discharged before it opened
        where opened_at <= as_of() and coalesce(opened_at < died_at + interval '1 day', true)
            and coalesce(opened_at <= left_at, true)
    ),
    next_discharge as (
        select opening.task_key, opening.no_part2, min(discharged_at) as superseded_at
        from opening
        inner join discharge
            on opening.client_key = discharge.client_key and event_at < discharged_at and discharged_at <= as_of()
            and discharge.task_type = 'discharge_inpatient' and discharge.retracted_at is null
            and not (no_part2 and discharge.is_part2)
        where follows_discharge
        group by opening.task_key, opening.no_part2
    ),
    settled as (
        select
            opening.*, superseded_at,
            least(
                case when answered_by_contact then contact.reached_at end,
                case when answered_by_visit then visit.reached_at end
            ) as first_reached_at,
            least(first_reached_at, resolved_at, retracted_at, superseded_at, died_at, moved_at, left_at) as settled_at
        from opening
        asof left join (from reach where not is_visit) as contact
            on opening.client_key = contact.client_key and opening.no_part2 = contact.no_part2
            and opening.event_at < contact.reached_at
        asof left join (from reach where is_visit) as visit
            on opening.client_key = visit.client_key and opening.no_part2 = visit.no_part2
            and opening.event_at < visit.reached_at
        left join next_discharge on opening.task_key = next_discharge.task_key and opening.no_part2 = next_discharge.no_part2
    ),
    overlap as (
        select
            task_key, settled.no_part2, expires_at, settled_at, greatest(started_at, event_at) as started_at, ended_at,
            return_due_at, paused_reason,
            date_diff('second', greatest(started_at, event_at), least(ended_at, as_of())) as seconds
        from settled
        inner join pause
            on settled.client_key = pause.client_key and settled.no_part2 = pause.no_part2 and event_at < ended_at
            and started_at <= as_of()
    ),
    counted as (
        select *, expires_at + coalesce(sum(seconds) over (
            partition by task_key, no_part2 order by started_at rows between unbounded preceding and 1 preceding
        ), 0)::bigint * interval '1 second' as would_expire_at
        from overlap
    ),
    clock as (
        select
            task_key, no_part2, sum(seconds)::bigint as seconds, max(paused_reason) as paused_reason,
            max(case when coalesce(ended_at < settled_at, true) then return_due_at end) as return_due_at
        from counted
        where coalesce(started_at < would_expire_at, true)
        group by task_key, no_part2
    ),
    ended as (
        select
            settled.* replace (
                greatest(due_at, return_due_at) as due_at,
                settled.expires_at + coalesce(seconds, 0) * interval '1 second' as expires_at
            ),
            paused_reason,
            least(settled_at, settled.expires_at + coalesce(seconds, 0) * interval '1 second') as ended_at
        from settled
        left join clock on settled.task_key = clock.task_key and settled.no_part2 = clock.no_part2
    ),
    closed as (
        select *, case
            when ended_at is null or ended_at > as_of() then null
            when ended_at = first_reached_at then 'reached'
            when ended_at = resolved_at then resolution_reason
            when ended_at = retracted_at
                then case retraction_type when 'cancelled' then 'event_cancelled' else 'event_corrected' end
            when ended_at = superseded_at then 'new_discharge'
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
            when reason = 'event_cancelled' then 'cancelled'
            when reason in ('event_corrected', 'new_discharge') then 'superseded'
            when reason = expiry_reason and ended_at = expires_at then 'expired'
            else 'closed'
        end as status,
        case when reason is null then paused_reason end as paused_reason,
        case when reason is not null then greatest(opened_at, ended_at) end as closed_at,
        case
            when reason is null then null
            when ended_at in (first_reached_at, resolved_at, retracted_at, superseded_at) then 'data'
            else 'system'
        end as closed_by,
        reason as close_reason,
        is_part2, event_at, event_date, event_key, event_facility, event_setting, discharge_disposition_code,
        retracted_at, retraction_type, facility_id, event_precision
    from closed
);
