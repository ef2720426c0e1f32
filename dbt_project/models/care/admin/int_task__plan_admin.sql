with run as (
    select * from {{ ref('int_run__as_of') }}
),

task_type as (
    select * from {{ ref('task_type') }}
    where lane = 7
),

dated_item as (
    select
        item.part2_view,
        item.client_key,
        item.task_type,
        item.item_id || ':' || cast(item.due_date as {{ dbt.type_string() }}) as item_id,
        item.item_key,
        item.due_date,
        {{ start_of_local_day('item.start_date', 'run.time_zone') }} as start_at,
        case
            when item.is_followed and item.next_start_date <= run.as_of_date
                then {{ start_of_local_day('item.next_start_date', 'run.time_zone') }}
            when item.is_followed then item.next_received_at
        end as renewed_at,
        item.is_part2,
        item.evidence_table,
        item.evidence_key
    from {{ ref('int_admin_item__dated') }} as item
    cross join run
    union all
    select
        part2_view, client_key, 'chart_review' as task_type, item_id, item_key, due_date, start_at,
        renewed_at, is_part2, evidence_table, evidence_key
    from {{ ref('int_admin_item__chart_review') }}
),

-- rules/tasks-and-lanes.md#lane-7: listed from 30 days before the due date until it is renewed
due_item as (
    select
        item.part2_view,
        item.client_key,
        item.task_type,
        item.item_id,
        item.item_key,
        greatest(
            item.start_at,
            {{ start_of_local_day(
                'item.due_date - ' ~ lane_setting_days('admin_notice_days'), 'run.time_zone'
            ) }}
        ) as opened_at,
        {{ end_of_local_day('item.due_date', 'run.time_zone') }} as due_at,
        item.due_date as event_date,
        item.renewed_at,
        'renewed' as resolution_reason,
        item.is_part2,
        item.evidence_table,
        item.evidence_key
    from dated_item as item
    cross join run
),

visit as (
    select
        *,
        coalesce(ended_at, started_at)
        + cast({{ lane_setting('note_unsigned_hours') }} as integer) * interval '1 hour'
            as unsigned_at
    from {{ ref('fct_visit') }}
    where is_note_reported and client_key is not null
),

unsigned_note as (
    select
        client_part2_view.part2_view,
        visit.client_key,
        'note_unsigned' as task_type,
        visit.visit_id as item_id,
        visit.visit_key as item_key,
        visit.unsigned_at as opened_at,
        visit.unsigned_at as due_at,
        visit.visit_date as event_date,
        visit.note_signed_at as renewed_at,
        'signed' as resolution_reason,
        visit.is_part2,
        visit.evidence_table,
        visit.evidence_key
    from visit
    inner join {{ ref('int_client__part2_view') }} as client_part2_view
        on visit.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not visit.is_part2
),

item_task as (
    select * from due_item
    union all
    select * from unsigned_note
),

opening as (
    select
        {{ task_identity(["'7'", 'item.task_type', 'item.item_id']) }},
        item.part2_view,
        item.client_key,
        task_type.lane,
        item.task_type,
        item.opened_at as event_at,
        item.opened_at,
        item.due_at,
        {{ no_expiry() }},
        item.renewed_at as resolved_at,
        item.resolution_reason,
        {{ no_retraction() }},
        item.evidence_table,
        item.evidence_key,
        item.is_part2,
        item.event_date,
        item.item_key as event_key,
        {{ no_facility() }}
    from item_task as item
    inner join task_type on item.task_type = task_type.task_type
    where coalesce(item.renewed_at > item.opened_at, true)
),

{{ task_lifecycle('opening', answered_by_contact=false) }}

select * from task
