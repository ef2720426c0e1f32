-- rules/tasks-and-lanes.md#fhir-tasks
with
run as (
    select as_of from {{ ref('int_run__as_of') }}
),

task as (
    select * from {{ ref('export_task') }}
),

consent as (
    select client_id, part2_view from {{ ref('mart_recipient_consent') }}
),

worklist_group as (
    select worklist_group, fhir_priority from {{ ref('worklist_group') }}
),

fhir_task as (
    select
        task.task_key,
        case when task.care_manager_id is null then 'requested' else 'ready' end as status,
        'plan' as intent,
        worklist_group.fhir_priority as priority,
        task.task_type,
        task.lane,
        task.lane_name,
        task.action_needed,
        task.client_id,
        task.opened_at as authored_at,
        task.care_manager_id as owner_staff_id,
        task.why_now,
        task.part2_notice,
        coalesce(consent.part2_view <> 'redacted', false) as is_part2,
        task.due_at,
        task.rank,
        task.is_primary,
        run.as_of as data_as_of
    from task
    cross join run
    inner join worklist_group on task.worklist_group = worklist_group.worklist_group
    left join consent on task.client_id = consent.client_id
)

select * from fhir_task
