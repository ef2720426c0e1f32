with client as (
    select client_key, part2_view from {{ ref('int_list__client') }}
),

task as (
    select client_key, task_type, evidence_table, evidence_key from {{ ref('int_list__task') }}
    where task_type = 'case_review'
),

flag as (
    select * from {{ ref('int_care_episode__flagged') }}
),

score as (
    select * from {{ ref('int_care_episode__scored') }}
),

-- a response can flag two episodes; the review that is red first decides
flagged_episode as (
    select
        client.client_key,
        cast(score.baseline_score as integer) as baseline_score,
        score.baseline_date,
        flag.red_from_date,
        row_number() over (
            partition by client.client_key
            order by flag.red_from_date, flag.administered_at desc, flag.program_enrollment_key
        ) as review_rank
    from task
    inner join client on task.client_key = client.client_key
    inner join flag
        on client.client_key = flag.client_key
        and client.part2_view = flag.part2_view
        and task.task_type = flag.task_type
        and task.evidence_table = flag.evidence_table
        and task.evidence_key = flag.evidence_key
    inner join score
        on flag.part2_view = score.part2_view
        and flag.program_enrollment_key = score.program_enrollment_key
        and flag.screening_key = score.screening_key
),

review as (
    select client_key, baseline_score, baseline_date, red_from_date
    from flagged_episode
    where review_rank = 1
)

select * from review
