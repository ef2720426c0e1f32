-- Every open task of a listable client is on exactly one list, or is paused, snoozed or an old
-- referral that waits; in lanes 0 to 2 only a pause takes a task off the list.
select account.client_key, 'tasks do not add up' as problem
from {{ ref('int_list__account') }} as account
where account.open_task_count
    <> account.listed_task_count + account.paused_task_count + account.snoozed_task_count
    + account.waiting_task_count
    or (account.list_status = 'on_list') <> (account.listed_task_count > 0)
union all
select task.client_key, 'urgent task is hidden' as problem
from {{ ref('int_list__open_task') }} as task
anti join {{ ref('int_list__listed_task') }} as listed on task.task_key = listed.task_key
where task.lane <= {{ risk_setting('max_lane_exempt_from_spillover') }}
    and task.paused_reason is null
union all
select task.client_key, 'task has no row on the list of its client' as problem
from {{ ref('int_list__listed_task') }} as task
anti join {{ ref('mart_outreach_task') }} as listed on task.task_key = listed.task_key
