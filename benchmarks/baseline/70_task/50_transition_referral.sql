-- Lane 2 opens once lane 1 is resolved or its due time has passed.
create temp table transition_opening as
with passed as (
    select
        task.* exclude (lane, task_type), type.lane, type.task_type, due_days, expires_days,
        event_date + cast(expires_days as integer) as pass_date
    from task_013 as task
    cross join (from seed_task_type where lane = 2) as type
    where task.lane = 1 and (status = 'expired' or (status = 'closed' and closed_by <> 'system'))
),
kept as (
    select passed.task_key, passed.no_part2, min(started_at) as kept_at
    from passed
    inner join fct_visit as visit
        on passed.client_key = visit.client_key and started_at > event_at and started_at <= as_of()
        and not (no_part2 and visit.is_part2)
        -- without a discharge time, a visit on that day may precede the discharge
        and (event_precision <> 'date' or visit_date > event_date)
    group by passed.task_key, passed.no_part2
)
select
    passed.task_key, passed.no_part2, client_key, lane, task_type, event_at, closed_at as opened_at,
    case when event_precision = 'date' then due_on.ends_at
        else instant_of((event_at at time zone getvariable('zone')) + due_days * interval '1 day')
    end as due_at,
    pass_day.starts_at as expires_at, 'passed_to_lane_6' as expiry_reason, kept_at as resolved_at, 'kept_visit' as resolution_reason,
    false as answered_by_contact, false as answered_by_visit, true as follows_discharge, retracted_at, retraction_type, is_part2,
    event_date, event_key, event_facility, event_setting, discharge_disposition_code, facility_id, event_precision
from passed
left join kept using (task_key, no_part2)
left join day as due_on on event_date + cast(due_days as integer) = due_on.day
left join day as pass_day on pass_date = pass_day.day;

-- Lane 4: no status change within the limit, or a barrier.
create temp table referral_opening as
with barrier as (
    select referral_id, barrier_code, min(received_at) as known_at
    from raw_referrals_referral as version
    inner join delivery on _row // 10000000000 = file_rank
    where barrier_code is not null
    group by referral_id, barrier_code
),
step as (
    select
        referral_key, unnest([1, 2, 3, 4, 5, 6, 7]) as step_order,
        unnest(['created', 'sent', 'accepted', 'scheduled', 'attended', 'result_received', 'closed']) as status,
        unnest([created_at, sent_at, accepted_at, scheduled_at, attended_at, result_received_at, closed_at]) as status_at
    from fct_referral
    where client_key is not null and direction = 'out'
),
followed as (
    select
        *, lead(status_at) over referral as next_status_at, lead(status) over referral as next_status
    from step
    where status_at <= as_of()
    window referral as (partition by referral_key order by status_at, step_order)
),
timed as (
    select
        followed.*, referral.client_key, is_part2, stalled_after_days,
        status_at + stalled_after_days * interval '1 day' as stalled_at,
        -- a barrier cannot precede its referral; greatest() alone would ignore a null
        case when known_at is not null then greatest(known_at, created_at) end as reported_at,
        case when reported_at >= status_at and coalesce(reported_at < next_status_at, true) then reported_at end as barrier_at,
        case when barrier_at <= stalled_at then 'referral_barrier' else 'referral_stalled' end as task_type,
        least(barrier_at, stalled_at) as opened_at
    from followed
    inner join fct_referral as referral using (referral_key)
    inner join seed_task_referral_limit using (priority)
    left join barrier using (referral_id, barrier_code)
    where followed.status <> 'closed'
),
stalled as (
    from timed where next_status_at is null or next_status_at > opened_at
),
-- today's tier; lanes 0 and 1 raise it and lane 4 does not, so the definition is not circular
tiered as (
    select client_key, no_part2, first(tier order by tier_rank desc) as tier
    from score
    left join (select distinct client_key, no_part2, true as is_urgent from task_013 where lane < 2 and status = 'open')
        using (client_key, no_part2)
    inner join seed_risk_tier on risk_score >= at_least or is_urgent
    where score_point = 0
    group by client_key, no_part2
)
select
    row_number() over () as task_key, client_part2_view.no_part2, stalled.client_key, lane, stalled.task_type, opened_at as event_at,
    opened_at, due_day.ends_at as due_at, next_status_at as resolved_at,
    case next_status when 'closed' then 'referral_closed' else 'status_changed' end as resolution_reason,
    false as answered_by_contact, false as answered_by_visit, false as follows_discharge, stalled.is_part2, local_date(status_at) as event_date,
    referral_key as event_key
from stalled
inner join client_part2_view on stalled.client_key = client_part2_view.client_key and not (no_part2 and is_part2)
left join tiered on stalled.client_key = tiered.client_key and client_part2_view.no_part2 = tiered.no_part2
inner join seed_task_type as type on stalled.task_type = type.task_type
inner join seed_task_referral_due as due on coalesce(tiered.tier, 'standard') = due.tier
left join day as opened_day on local_date(opened_at) = opened_day.day
left join due_day on opened_day.business_day_number + cast(due.due_business_days as integer) = due_day.business_day_number;

create temp table opening_24 as
from (select * from opening_013 where false)
union all by name from transition_opening
union all by name select * replace (-task_key as task_key) from referral_opening;

create temp table task_24 as from task_lifecycle('opening_24');

-- Lane 6 opens when lane 2 passes, and ends with day 30.
create temp table late_opening as
with passed as (
    select task_24.* exclude (lane, task_type), type.lane, type.task_type, due_days, expires_days
    from task_24
    cross join (from seed_task_type where task_type = 'transition_late') as type
    where task_24.lane = 2 and status = 'expired'
),
kept as (
    select passed.task_key, passed.no_part2, min(started_at) as kept_at
    from passed
    inner join fct_visit as visit
        on passed.client_key = visit.client_key and started_at > closed_at and started_at <= as_of()
        and not (no_part2 and visit.is_part2)
    group by passed.task_key, passed.no_part2
)
select
    passed.task_key, passed.no_part2, client_key, lane, task_type, event_at, closed_at as opened_at,
    instant_of((closed_at at time zone getvariable('zone')) + due_days * interval '1 day') as due_at,
    end_day.starts_at as expires_at, 'expired' as expiry_reason, kept_at as resolved_at, 'kept_visit' as resolution_reason,
    false as answered_by_contact, false as answered_by_visit, true as follows_discharge, retracted_at, retraction_type, is_part2,
    event_date, event_key, event_facility, event_setting, discharge_disposition_code
from passed
left join kept using (task_key, no_part2)
left join day as end_day on event_date + cast(expires_days as integer) = end_day.day;

create temp table opening_6 as from (select * from opening_013 where false) union all by name from late_opening;

create table task as
from task_013
union all by name select * replace (task_key + (select max(task_key) from task_013) as task_key) from task_24
union all by name select * replace (-1000000000 - task_key as task_key) from task_lifecycle('opening_6');
