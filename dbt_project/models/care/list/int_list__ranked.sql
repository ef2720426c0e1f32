with task as (
    select * from {{ ref('int_list__listed_task') }}
    where urgency = 1
),

care_manager_day as (
    select * from {{ ref('int_list__care_manager_day') }}
),

ranked_task as (
    select
        *,
        row_number() over (partition by care_manager_id order by {{ list_order() }}) as rank
    from task
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

listed_client as (
    select
        cumulated_task.client_key,
        cumulated_task.task_key,
        cumulated_task.care_manager_id,
        cumulated_task.worklist_group,
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

select * from listed_client
