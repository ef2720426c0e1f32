with
run as (
    select * from {{ ref('int_run__as_of') }}
),

task as (
    select * from {{ ref('int_list__task') }}
    where urgency = 1
),

client as (
    select * from {{ ref('int_list__client') }}
),

engagement as (
    select client_key, part2_view, last_contact_at from {{ ref('int_engagement__by_part2_view') }}
),

care_manager_day as (
    select * from {{ ref('int_list__care_manager_day') }}
),

-- rules/tasks-and-lanes.md#list-order: an unworked task moves forward within its lane; the risk
-- score does not change
waiting_task as (
    select
        task.client_key,
        task.task_key,
        client.care_manager_id,
        task.lane,
        task.overdue_hours,
        task.opened_at,
        task.minutes,
        client.tier_rank,
        client.risk_score + least(
            floor(
                (run.as_of_date - greatest(
                    task.opened_date,
                    {{ local_date('engagement.last_contact_at', 'run.time_zone') }}
                ))
                / {{ risk_setting('aging_days') }}
            ) * {{ risk_setting('aging_points') }},
            {{ risk_setting('aging_cap') }}
        ) as aged_score,
        md5(client.client_id) as stable_hash
    from task
    cross join run
    inner join client on task.client_key = client.client_key
    left join engagement
        on client.client_key = engagement.client_key
        and client.part2_view = engagement.part2_view
),

-- rules/tasks-and-lanes.md#list-order: overdue, tier, score, waiting; referrals by tier, score,
-- age; the hash breaks ties
ranked_task as (
    select
        *,
        row_number() over (
            partition by care_manager_id
            order by
                lane,
                case when lane = {{ risk_setting('referral_lane') }} then 0
                    else overdue_hours
                end desc,
                tier_rank desc,
                aged_score desc,
                opened_at,
                stable_hash
        ) as rank
    from waiting_task
),

-- The first lanes never spill over; the other lanes do after the day's minutes.
cumulated_task as (
    select
        *,
        sum(minutes) over (
            partition by care_manager_id order by rank rows unbounded preceding
        ) as minutes_so_far
    from ranked_task
),

listed_task as (
    select
        cumulated_task.client_key,
        cumulated_task.task_key,
        cumulated_task.care_manager_id,
        cast(cumulated_task.rank as integer) as rank,
        cumulated_task.minutes_so_far,
        coalesce(
            cumulated_task.lane > {{ risk_setting('max_lane_exempt_from_spillover') }}
            and cumulated_task.minutes_so_far > care_manager_day.working_minutes,
            false
        ) as is_spillover
    from cumulated_task
    left join care_manager_day on cumulated_task.care_manager_id = care_manager_day.staff_id
)

select * from listed_task
