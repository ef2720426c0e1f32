-- Facts of the score at three score dates and in both Part 2 views: (score_point, client_key, no_part2, measure, value).
create temp table fact (score_point integer, client_key bigint, no_part2 boolean, measure varchar, value decimal(18, 4));

-- Days since the last visit of the line that decides the cadence, else of any line, and their ratio to the interval.
create temp table seen as
with dated_visit as (
    select
        score_point, score_date, client_key, no_part2, service_line,
        case score_point when 0 then now_at when risk_days('hysteresis_days') then d14_at else d30_at end as kept_at,
        case score_point when 0 then now_date when risk_days('hysteresis_days') then d14_date else d30_date end as kept_date
    from visit_summed
    inner join client_part2_view using (client_key)
    cross join score_point
    where not (no_part2 and is_part2)
),
last_seen as (
    select
        score_point, score_date, client_key, no_part2,
        coalesce(max(kept_at) filter (where visit.service_line = cadence.service_line), max(kept_at)) as last_seen_at,
        coalesce(max(kept_date) filter (where visit.service_line = cadence.service_line), max(kept_date)) as last_seen_date
    from dated_visit as visit
    left join cadence using (client_key, no_part2)
    group by score_point, score_date, client_key, no_part2
    having max(kept_at) is not null
),
hospital as (
    select seen.score_point, seen.client_key, seen.no_part2, sum(
        coalesce(least(end_date, seen.score_date), seen.score_date) - greatest(start_date, last_seen_date)
    ) as days
    from last_seen as seen
    inner join dated_event as event
        on seen.score_point = event.score_point and seen.client_key = event.client_key and seen.no_part2 = event.no_part2
        and coalesce(end_date, seen.score_date) > last_seen_date
    where event_kind in ('psychiatric_stay', 'medical_stay')
    group by seen.score_point, seen.client_key, seen.no_part2
)
select
    score_point, client_key, no_part2, last_seen_at,
    cast(
        (score_date - last_seen_date - coalesce(days, 0)) / cast(nullif(expected_interval_days, 0) as decimal(18, 4))
        as decimal(18, 4)
    ) as gap_ratio
from last_seen
left join hospital using (score_point, client_key, no_part2)
left join cadence using (client_key, no_part2);

-- Transition, utilization, self-harm: one pass over the dated events.
insert into fact
with summed as (
    select
        score_point, client_key, no_part2,
        min(end_days) filter (
            where event_kind = 'psychiatric_stay' and end_days <= risk_window('days_since_psych_discharge')
        ) as days_since_psych_discharge,
        min(end_days) filter (
            where event_kind = 'medical_stay' and end_days <= risk_window('days_since_medical_discharge')
        ) as days_since_medical_discharge,
        min(end_days) filter (
            where event_kind in ('crisis_center', 'behavioral_ed') and end_days <= risk_window('days_since_crisis')
        ) as days_since_crisis,
        min(end_days) filter (
            where is_against_advice and end_days <= risk_window('days_since_against_advice')
        ) as days_since_against_advice,
        min(start_days) filter (
            where is_self_harm and start_days <= risk_window('days_since_self_harm')
        ) as days_since_self_harm,
        nullif(count(*) filter (
            where event_kind = 'psychiatric_stay' and start_days < risk_window('psych_stay_count')
        ), 0) as psych_stay_count,
        nullif(count(*) filter (
            where event_kind in ('behavioral_ed', 'other_ed') and start_days < risk_window('ed_visit_count')
        ), 0) as ed_visit_count,
        nullif(count(*) filter (
            where event_kind in ('behavioral_ed', 'other_ed') and start_days < risk_window('ed_visit_recent_count')
        ), 0) as ed_visit_recent_count,
        nullif(count(*) filter (
            where event_kind in ('crisis_center', 'crisis_contact') and start_days < risk_window('crisis_contact_count')
        ), 0) as crisis_contact_count
    from dated_event
    group by score_point, client_key, no_part2
)
select score_point, client_key, no_part2, measure, cast(value as decimal(18, 4))
from (unpivot summed on columns(* exclude (score_point, client_key, no_part2)) into name measure value value);

insert into fact
with discharge as (
    select score_point, client_key, no_part2,
        first(struct_pack(days := end_days, ended_at := ended_at) order by end_days, ended_at desc, event_key) as last
    from dated_event
    where end_days is not null and is_to_community
        and event_kind in ('psychiatric_stay', 'medical_stay', 'crisis_center', 'behavioral_ed')
    group by score_point, client_key, no_part2
)
select score_point, client_key, no_part2, 'days_uncontacted', last.days
from discharge
left join contact_last using (client_key, no_part2)
left join seen using (score_point, client_key, no_part2)
where last.days <= risk_window('days_uncontacted')
    and coalesce(
        greatest(
            case score_point
                when 0 then last_reached_at when risk_days('hysteresis_days') then d14_reached_at else d30_reached_at
            end,
            last_seen_at
        ) <= last.ended_at, true
    )
union all
-- emergency visit or observation in progress, soon after a stay
select now.score_point, now.client_key, now.no_part2, 'days_from_stay_to_return', min(now.start_date - stay.end_date)
from dated_event as now
inner join dated_event as stay
    on now.score_point = stay.score_point and now.client_key = stay.client_key and now.no_part2 = stay.no_part2
    and now.start_date >= stay.end_date
where now.event_kind in ('behavioral_ed', 'other_ed', 'observation')
    and now.start_days <= risk_window('days_from_stay_to_return')
    and stay.event_kind in ('psychiatric_stay', 'medical_stay')
group by now.score_point, now.client_key, now.no_part2;
