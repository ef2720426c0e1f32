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

earlier_pause as (
    select pause.client_key, pause.part2_view
    from pause
    cross join run
    where pause.started_at <= run.previous_at
        and coalesce(pause.ended_at > run.previous_at, true)
),

listed_task as (
    select client_key, lane_name from {{ ref('int_list__listed_task') }}
    where urgency = 1
),

hidden_task as (
    select task_key, snoozed_at, snoozed_until_date, hidden_reason from {{ ref('int_list__task') }}
),

-- rules/caseload-sheets.md#changes: what was open a day earlier, and not paused then
earlier_task as (
    select
        client.client_key,
        task.task_key,
        task.lane,
        task.lane_name,
        task.due_at,
        case when task.closed_at <= run.as_of then task.close_reason
            when hidden_task.hidden_reason = 'paused' then hidden_task.hidden_reason
            when hidden_task.hidden_reason = 'snoozed' and hidden_task.snoozed_at > run.previous_at
                then hidden_task.hidden_reason
        end as left_reason,
        case when hidden_task.hidden_reason = 'snoozed' then hidden_task.snoozed_until_date end
            as snoozed_until_date
    from {{ ref('int_task__unioned') }} as task
    cross join run
    inner join client
        on task.client_key = client.client_key
        and task.part2_view = client.part2_view
    left join hidden_task on task.task_key = hidden_task.task_key
    left join earlier_pause
        on client.client_key = earlier_pause.client_key
        and client.part2_view = earlier_pause.part2_view
    where task.opened_at <= run.previous_at
        and coalesce(task.closed_at > run.previous_at, true)
        and earlier_pause.client_key is null
),

-- a task that was snoozed a day earlier, or waits as an old referral, was on no list then
listed_earlier as (
    select
        *,
        row_number() over (
            partition by client_key order by lane, due_at, task_key
        ) as task_rank
    from earlier_task
    where left_reason is not null
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

came as (
    select client.client_key
    from client
    inner join listed on client.client_key = listed.client_key
    left join earlier_task on client.client_key = earlier_task.client_key
    where earlier_task.client_key is null
),

change as (
    select
        client.*,
        case when came.client_key is not null then 'came' else 'left' end as change,
        coalesce(listed_task.lane_name, listed_earlier.lane_name) as lane_name,
        case
            when came.client_key is null
                then coalesce(current_pause.paused_reason, listed_earlier.left_reason)
        end as left_reason,
        case
            when came.client_key is null and current_pause.client_key is null
                then listed_earlier.snoozed_until_date
        end as snoozed_until_date
    from client
    left join came on client.client_key = came.client_key
    left join listed on client.client_key = listed.client_key
    left join listed_task on client.client_key = listed_task.client_key
    left join listed_earlier
        on client.client_key = listed_earlier.client_key
        and listed_earlier.task_rank = 1
    left join current_pause on client.client_key = current_pause.client_key
    where came.client_key is not null
        or (listed.client_key is null and listed_earlier.client_key is not null)
),

workbook_change as (
    select
        client_key,
        care_manager_id,
        client_id,
        client_name,
        change,
        lane_name,
        left_reason,
        snoozed_until_date
    from change
)

select * from workbook_change
