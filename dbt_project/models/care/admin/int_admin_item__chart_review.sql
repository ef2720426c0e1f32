with client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

review as (
    select
        client_part2_view.part2_view,
        document.client_key,
        'review:' || document.document_id as item_id,
        document.document_key as item_key,
        document.document_at as start_at,
        document.document_date as start_date,
        lead(document.document_at) over in_order as renewed_at,
        row_number() over (
            partition by client_part2_view.part2_view, document.client_key
            order by document.document_at desc, document.document_id desc
        ) as review_rank,
        document.is_part2,
        document.evidence_table,
        document.evidence_key
    from {{ ref('fct_document') }} as document
    inner join client_part2_view on document.client_key = client_part2_view.client_key
    where document.document_type = 'chart_review'
        and (client_part2_view.part2_view = 'full' or not document.is_part2)
    window
        in_order as (
            partition by client_part2_view.part2_view, document.client_key
            order by document.document_at, document.document_id
        )
),

-- the owner's assignment: the latest start, then the lowest id
assignment as (
    select
        client_key,
        assignment_id,
        assignment_key,
        start_date,
        is_part2,
        evidence_table,
        evidence_key,
        row_number() over (
            partition by client_key order by start_date desc, assignment_id
        ) as assignment_rank
    from {{ ref('fct_assignment') }}
    where role = 'care_manager' and end_date is null
),

-- the last review, and the one before it, whose task the last one closed
reviewed_client as (
    select * from review
    where review_rank <= 2
),

unreviewed_client as (
    select
        client_part2_view.part2_view,
        assignment.client_key,
        'assignment:' || assignment.assignment_id as item_id,
        assignment.assignment_key as item_key,
        {{ start_of_local_day('assignment.start_date', 'run.time_zone') }} as start_at,
        assignment.start_date,
        cast(null as timestamp with time zone) as renewed_at,
        assignment.is_part2,
        assignment.evidence_table,
        assignment.evidence_key
    from assignment
    inner join client_part2_view on assignment.client_key = client_part2_view.client_key
    cross join {{ ref('int_run__as_of') }} as run
    left join reviewed_client
        on assignment.client_key = reviewed_client.client_key
        and client_part2_view.part2_view = reviewed_client.part2_view
    where assignment.assignment_rank = 1 and reviewed_client.client_key is null
),

reviewable as (
    select * exclude (review_rank) from reviewed_client
    union all
    select * from unreviewed_client
),

chart_review as (
    select
        reviewable.*,
        cast(
            {{ dbt.dateadd('day', 'review_due.due_days', 'reviewable.start_date') }} as date
        ) as due_date
    from reviewable
    left join {{ ref('int_task__client_tier') }} as client_tier
        on reviewable.client_key = client_tier.client_key
        and reviewable.part2_view = client_tier.part2_view
    inner join {{ ref('task_chart_review_due') }} as review_due
        on coalesce(client_tier.tier, 'standard') = review_due.tier
)

select * from chart_review
