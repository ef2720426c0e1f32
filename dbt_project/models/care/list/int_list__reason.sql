with
recipient_view as (
    select client_key, part2_view from {{ ref('int_client__recipient_view') }}
),

task as (
    select client_key, task_type, evidence_key, urgency from {{ ref('int_list__listed_task') }}
),

reason as (
    select * from {{ ref('int_risk__reason') }}
    where score_point = 'current' and points > 0
),

task_type as (
    select task_type, step_kind from {{ ref('list_task_type') }}
),

step_reason as (
    select step_kind, rule_id from {{ ref('list_step_reason') }}
),

-- The row says what its tasks and its next step say; a risk reason for the same would repeat it.
said_by_task as (
    select distinct client_key, evidence_key from task
    where evidence_key is not null
),

said_by_step as (
    select task.client_key, step_reason.rule_id
    from task
    inner join task_type on task.task_type = task_type.task_type
    inner join step_reason on task_type.step_kind = step_reason.step_kind
    where task.urgency = 1
),

further_reason as (
    select
        reason.client_key,
        reason.reason,
        row_number() over (
            partition by reason.client_key
            order by reason.points desc, reason.evidence_date desc nulls last, reason.rule_id
        ) as reason_rank
    from reason
    inner join recipient_view
        on reason.client_key = recipient_view.client_key
        and reason.part2_view = recipient_view.part2_view
    inner join task on reason.client_key = task.client_key and task.urgency = 1
    left join said_by_task
        on reason.client_key = said_by_task.client_key
        and reason.evidence_key = said_by_task.evidence_key
    left join said_by_step
        on reason.client_key = said_by_step.client_key
        and reason.rule_id = said_by_step.rule_id
    where said_by_task.client_key is null and said_by_step.client_key is null
),

top_reason as (
    select
        client_key,
        max(case when reason_rank = 1 then reason end) as first_reason,
        max(case when reason_rank = 2 then reason end) as second_reason
    from further_reason
    group by client_key
)

select * from top_reason
