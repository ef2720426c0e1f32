with
list_scope as (
    select client_key, evidence_scope from {{ ref('int_client__list_scope') }}
),

task as (
    select * from {{ ref('int_list__task') }}
    where urgency = 1
),

reason as (
    select * from {{ ref('int_risk__reason') }}
    where spine = 'now' and points > 0
),

-- The task speaks first, so a reason that rests on the same evidence would only say it twice.
further_reason as (
    select
        task.client_key,
        reason.reason,
        row_number() over (
            partition by task.client_key
            order by reason.points desc, reason.evidence_date desc nulls last, reason.rule_id
        ) as reason_order
    from task
    inner join list_scope on task.client_key = list_scope.client_key
    inner join reason
        on list_scope.client_key = reason.client_key
        and list_scope.evidence_scope = reason.evidence_scope
    where reason.evidence_key is null or reason.evidence_key <> task.evidence_key
),

top_reason as (
    select
        client_key,
        max(case when reason_order = 1 then reason end) as first_reason,
        max(case when reason_order = 2 then reason end) as second_reason
    from further_reason
    group by client_key
)

select * from top_reason
