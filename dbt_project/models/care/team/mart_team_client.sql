with owner as (
    select * from {{ ref('int_list__owner') }}
),

client as (
    select
        client_key,
        client_id,
        trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')) as client_name,
        birth_date,
        site_id
    from {{ ref('dim_client') }}
),

staff as (
    select staff_id, team from {{ ref('dim_staff') }}
),

task as (
    select * from {{ ref('int_team__task') }}
),

-- rules/privacy.md#supervisors: tries are counted in the recipient's view, which must be theirs
call as (
    select worded.client_key, worded.call_text
    from {{ ref('int_call__worded') }} as worded
    inner join {{ ref('int_client__recipient_view') }} as recipient_view
        on worded.client_key = recipient_view.client_key
    inner join {{ ref('int_client__supervisor_view') }} as supervisor_view
        on recipient_view.client_key = supervisor_view.client_key
        and recipient_view.part2_view = supervisor_view.part2_view
    where worded.call_step = 'unable_to_reach'
),

task_count as (
    select
        client_key,
        cast(count(*) as integer) as open_count,
        min(case when list_state = 'listed' then worklist_group end) as worklist_group,
        count(case when list_state = 'waiting' then 1 end) as waiting_count,
        count(case when list_state = 'snoozed' then 1 end) as snoozed_count
    from task
    group by client_key
),

-- past due comes first within a group, so the client's row is late if any task of the group is
late_client as (
    select distinct task.client_key
    from task
    inner join task_count
        on task.client_key = task_count.client_key
        and task.worklist_group = task_count.worklist_group
    where task.is_past_due and task.list_state = 'listed'
),

team_client as (
    select
        client.client_key,
        client.client_id,
        client.client_name,
        client.birth_date,
        client.site_id,
        owner.owner_staff_id,
        owner.recipient_staff_id,
        owner.covering_for_staff_id,
        coalesce(recipient.team, owner_staff.team) as team,
        {{ list_status(
            'task_count.worklist_group is not null', 'task_count.open_count',
            'task_count.waiting_count', 'task_count.snoozed_count'
        ) }} as list_status,
        task_count.worklist_group,
        late_client.client_key is not null as is_late,
        owner.suggested_staff_id,
        owner.suggested_by,
        call.call_text as unable_to_reach
    from owner
    inner join client on owner.client_key = client.client_key
    left join staff as recipient on owner.recipient_staff_id = recipient.staff_id
    left join staff as owner_staff on owner.owner_staff_id = owner_staff.staff_id
    left join task_count on owner.client_key = task_count.client_key
    left join late_client on owner.client_key = late_client.client_key
    left join call on owner.client_key = call.client_key
)

select * from team_client
