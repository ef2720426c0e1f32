with
treatment_plan as (
    select * from {{ ref('fct_treatment_plan') }}
    where client_key is not null
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
),

latest_screening as (
    select * from {{ ref('int_risk__latest_screening') }}
),

screening as (
    select screening_key, evidence_table, evidence_key from {{ ref('fct_screening') }}
),

missing_safety_plan as (
    select * from {{ ref('int_risk__missing_safety_plan') }}
    where has_document_feed
),

preventive_care as (
    select * from {{ ref('int_risk__preventive_care') }}
),

-- The active plan that started last.
active_plan as (
    select
        score_date.score_point, score_date.score_date, client_part2_view.part2_view,
        treatment_plan.client_key, treatment_plan.next_review_date, treatment_plan.is_part2,
        treatment_plan.evidence_table, treatment_plan.evidence_key,
        row_number() over (
            partition by
                score_date.score_point, client_part2_view.part2_view, treatment_plan.client_key
            order by treatment_plan.start_date desc, treatment_plan.plan_id
        ) as plan_rank
    from treatment_plan
    inner join client_part2_view on treatment_plan.client_key = client_part2_view.client_key
    inner join score_date on treatment_plan.start_date <= score_date.score_date
    where treatment_plan.status = 'active'
        and (client_part2_view.part2_view = 'full' or not treatment_plan.is_part2)
),

fact as (
    select
        score_point, part2_view, client_key, 'plan_overdue_days' as measure,
        cast(score_date - next_review_date as decimal(18, 4)) as value,
        is_part2, evidence_table, evidence_key, next_review_date as evidence_date
    from active_plan
    where plan_rank = 1 and next_review_date < score_date
    union all
    select
        score_point, part2_view, client_key, 'safety_plan_missing' as measure,
        cast(1 as decimal(18, 4)) as value,
        is_part2, evidence_table, evidence_key, need_date as evidence_date
    from missing_safety_plan
    union all
    -- rules/risk-score.md#care-gaps: in the acute phase a PHQ-9 is repeated at least every 30 days
    select
        latest.score_point, latest.part2_view, latest.client_key,
        'days_since_positive_phq9' as measure,
        cast(latest.age_days as decimal(18, 4)) as value, latest.is_part2,
        screening.evidence_table, screening.evidence_key,
        latest.administered_date as evidence_date
    from latest_screening as latest
    inner join screening on latest.screening_key = screening.screening_key
    where latest.instrument = 'phq9'
        and latest.score >= {{ risk_setting('phq9_baseline_score') }}
        and latest.age_days <= {{ risk_window_days('days_since_positive_phq9') }}
    union all
    select
        score_point, part2_view, client_key, 'primary_care_missing' as measure,
        cast(1 as decimal(18, 4)) as value,
        false as is_part2,
        primary_care_evidence_table as evidence_table,
        primary_care_evidence_key as evidence_key,
        score_date as evidence_date
    from preventive_care
    where primary_care = 'missing'
    union all
    select
        score_point, part2_view, client_key, 'metabolic_test_missing' as measure,
        cast(1 as decimal(18, 4)) as value,
        metabolic_test_is_part2 as is_part2,
        metabolic_test_evidence_table as evidence_table,
        metabolic_test_evidence_key as evidence_key,
        score_date as evidence_date
    from preventive_care
    where metabolic_test = 'missing'
)

select * from fact
