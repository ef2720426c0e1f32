with run as (
    select as_of, as_of - interval '24 hours' as expired_from from {{ ref('int_run__as_of') }}
),

supervisor_view as (
    select client_key, part2_view from {{ ref('int_client__supervisor_view') }}
),

client as (
    select * from {{ ref('mart_team_client') }}
),

open_task as (
    select task_key, client_key, worklist_group, lane_name, opened_at, due_at, overdue_hours
    from {{ ref('int_team__task') }}
    where is_red and list_state = 'listed' and worklist_group in ('A', 'B')
),

-- tasks that passed to another lane are open there
expired_task as (
    select
        task.task_key,
        task.client_key,
        task.lane_name,
        task.opened_at,
        task.due_at,
        task.closed_at
    from {{ ref('int_task__unioned') }} as task
    inner join supervisor_view
        on task.client_key = supervisor_view.client_key
        and task.part2_view = supervisor_view.part2_view
    inner join run on task.closed_at > run.expired_from and task.closed_at <= run.as_of
    where task.status = 'expired' and task.close_reason = 'expired'
),

contact as (
    select client_key, contacted_at from {{ ref('fct_contact') }}
    where is_two_way and not is_part2
),

untouched_task as (
    select expired_task.* from expired_task
    anti join contact
        on expired_task.client_key = contact.client_key
        and contact.contacted_at between expired_task.opened_at and expired_task.closed_at
),

named_task as (
    select
        'late' as problem,
        task_key,
        client_key,
        worklist_group,
        lane_name,
        opened_at,
        due_at,
        overdue_hours,
        cast(null as timestamp with time zone) as expired_at
    from open_task
    union all
    select
        'expired' as problem,
        task_key,
        client_key,
        cast(null as {{ dbt.type_string() }}) as worklist_group,
        lane_name,
        opened_at,
        due_at,
        cast(null as decimal(9, 1)) as overdue_hours,
        closed_at as expired_at
    from untouched_task
),

team_task as (
    select
        named_task.*,
        client.client_id,
        client.client_name,
        client.birth_date,
        client.recipient_staff_id,
        client.covering_for_staff_id,
        client.team
    from named_task
    inner join client on named_task.client_key = client.client_key
)

select * from team_task
