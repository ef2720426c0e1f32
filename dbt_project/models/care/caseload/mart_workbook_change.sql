with
run as (
    select as_of, as_of - interval '1 day' as previous_at from {{ ref('int_run__as_of') }}
),

client as (
    select client_key, part2_view, care_manager_id, client_id, client_name
    from {{ ref('int_list__client') }}
),

listed as (
    select client_key from {{ ref('int_list__ranked') }}
),

pause as (
    select client_key, part2_view, started_at, ended_at, paused_reason
    from {{ ref('int_task__pause') }}
),

listed_task as (
    select client_key, lane_name from {{ ref('int_list__listed_task') }}
    where urgency = 1
),

-- rules/caseload-sheets.md#changes: what was open a day earlier, and not paused then
earlier_task as (
    select
        client.client_key,
        task.close_reason,
        task.lane_name,
        row_number() over (
            partition by client.client_key order by task.lane, task.due_at, task.task_key
        ) as task_rank
    from {{ ref('int_task__unioned') }} as task
    cross join run
    inner join client
        on task.client_key = client.client_key
        and task.part2_view = client.part2_view
    left join pause
        on client.client_key = pause.client_key
        and client.part2_view = pause.part2_view
        and pause.started_at <= run.previous_at
        and coalesce(pause.ended_at > run.previous_at, true)
    where task.opened_at <= run.previous_at
        and coalesce(task.closed_at > run.previous_at, true)
        and pause.client_key is null
),

current_pause as (
    select
        client.client_key,
        max(pause.paused_reason) as paused_reason
    from client
    inner join pause
        on client.client_key = pause.client_key
        and client.part2_view = pause.part2_view
    where pause.paused_reason is not null
    group by client.client_key
),

change as (
    select
        client.*,
        case when listed.client_key is not null then 'came' else 'left' end as change,
        coalesce(listed_task.lane_name, earlier_task.lane_name) as lane_name,
        case
            when listed.client_key is null
                then coalesce(current_pause.paused_reason, earlier_task.close_reason)
        end as left_reason
    from client
    left join listed on client.client_key = listed.client_key
    left join listed_task on client.client_key = listed_task.client_key
    left join earlier_task
        on client.client_key = earlier_task.client_key
        and earlier_task.task_rank = 1
    left join current_pause on client.client_key = current_pause.client_key
    where (listed.client_key is null) = (earlier_task.client_key is not null)
),

workbook_change as (
    select client_key, care_manager_id, client_id, client_name, change, lane_name, left_reason
    from change
)

select * from workbook_change
