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

-- rules/tasks-and-lanes.md#list-order: an unworked task moves forward inside its lane; its score
-- stays what it is.
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
-- age; the hash settles ties
ranked as (
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
                stable_hash,
                task_key
        ) as rank
    from waiting_task
),

-- Safe lanes are filled whatever the day holds; the rest up to the day's minutes.
filled as (
    select
        *,
        sum(minutes) over (
            partition by care_manager_id order by rank rows unbounded preceding
        ) as minutes_so_far
    from ranked
),

spilled as (
    select
        filled.client_key,
        filled.task_key,
        filled.care_manager_id,
        cast(filled.rank as integer) as rank,
        filled.minutes_so_far,
        coalesce(
            filled.lane > {{ risk_setting('max_lane_exempt_from_spillover') }}
            and filled.minutes_so_far > care_manager_day.working_minutes,
            false
        ) as is_spillover
    from filled
    left join care_manager_day on filled.care_manager_id = care_manager_day.staff_id
)

select * from spilled
