with owner as (
    select client_key, owner_staff_id, recipient_staff_id, covering_for_staff_id
    from {{ ref('int_list__owner') }}
),

task as (
    select * from {{ ref('int_list__task') }}
),

listed_task as (
    select client_key, task_key from {{ ref('int_list__listed_task') }}
),

ranked as (
    select client_key, rank, is_spillover from {{ ref('int_list__ranked') }}
),

-- every open task is on the list of its client, or is paused, snoozed or an old referral that waits
task_count as (
    select
        task.client_key,
        cast(count(*) as integer) as open_task_count,
        cast(count(listed_task.task_key) as integer) as listed_task_count,
        cast(count(case when task.hidden_reason = 'paused' then 1 end) as integer)
            as paused_task_count,
        cast(count(case when task.hidden_reason = 'snoozed' then 1 end) as integer)
            as snoozed_task_count,
        cast(count(case
            when task.hidden_reason is null and listed_task.task_key is null then 1
        end) as integer) as waiting_task_count,
        max(task.paused_reason) as paused_reason,
        min(case when task.hidden_reason = 'snoozed' then task.snoozed_until_date end)
            as snoozed_until_date
    from task
    left join listed_task on task.task_key = listed_task.task_key
    group by task.client_key
),

account as (
    select
        owner.client_key,
        owner.owner_staff_id,
        owner.recipient_staff_id,
        owner.covering_for_staff_id,
        {{ list_status(
            'ranked.client_key is not null', 'task_count.open_task_count',
            'task_count.waiting_task_count', 'task_count.snoozed_task_count'
        ) }} as list_status,
        ranked.rank,
        coalesce(ranked.is_spillover, false) as is_spillover,
        coalesce(task_count.open_task_count, 0) as open_task_count,
        coalesce(task_count.listed_task_count, 0) as listed_task_count,
        coalesce(task_count.paused_task_count, 0) as paused_task_count,
        coalesce(task_count.snoozed_task_count, 0) as snoozed_task_count,
        coalesce(task_count.waiting_task_count, 0) as waiting_task_count,
        task_count.paused_reason,
        task_count.snoozed_until_date
    from owner
    left join task_count on owner.client_key = task_count.client_key
    left join ranked on owner.client_key = ranked.client_key
)

select * from account
