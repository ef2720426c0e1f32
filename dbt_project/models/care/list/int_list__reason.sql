with
recipient_view as (
    select client_key, part2_view from {{ ref('int_client__recipient_view') }}
),

task as (
    select * from {{ ref('int_list__listed_task') }}
    where urgency = 1
),

reason as (
    select * from {{ ref('int_risk__reason') }}
    where score_point = 'current' and points > 0
),

-- The task's own reason comes first, so a risk reason with the same evidence would repeat it.
further_reason as (
    select
        task.client_key,
        reason.reason,
        row_number() over (
            partition by task.client_key
            order by reason.points desc, reason.evidence_date desc nulls last, reason.rule_id
        ) as reason_rank
    from task
    inner join recipient_view on task.client_key = recipient_view.client_key
    inner join reason
        on recipient_view.client_key = reason.client_key
        and recipient_view.part2_view = reason.part2_view
    where reason.evidence_key is null or reason.evidence_key <> task.evidence_key
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
