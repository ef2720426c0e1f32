with
treatment_plan as (
    select * from {{ ref('fct_treatment_plan') }}
    where client_key is not null
),

document as (
    select client_key, document_date, is_part2
    from {{ ref('fct_document') }}
    where document_type = 'safety_plan' and client_key is not null
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

dated_event as (
    select * from {{ ref('int_risk__acute_event_by_score_date') }}
    where is_self_harm
),

screening as (
    select screening_key, evidence_table, evidence_key from {{ ref('fct_screening') }}
),

acute_event as (
    select part2_view, event_key, evidence_table, evidence_key
    from {{ ref('int_risk__acute_event') }}
),

client_day as (
    select
        score_date.score_point,
        score_date.score_date,
        client_part2_view.part2_view,
        client_part2_view.client_key
    from client_part2_view
    cross join score_date
),

-- The active plan that started last.
active_plan as (
    select
        client_day.score_point, client_day.score_date, client_day.part2_view, client_day.client_key,
        treatment_plan.next_review_date, treatment_plan.is_part2,
        treatment_plan.evidence_table, treatment_plan.evidence_key,
        row_number() over (
            partition by client_day.score_point, client_day.part2_view, client_day.client_key
            order by treatment_plan.start_date desc, treatment_plan.plan_id
        ) as plan_rank
    from treatment_plan
    inner join client_day on treatment_plan.client_key = client_day.client_key
    where treatment_plan.status = 'active'
        and treatment_plan.start_date <= client_day.score_date
        and (client_day.part2_view = 'full' or not treatment_plan.is_part2)
),

-- A safety plan is needed after a C-SSRS level of moderate or high, or a self-harm event.
safety_need as (
    select
        score_point, part2_view, client_key, administered_date as need_date, is_part2,
        screening_key, cast(null as bigint) as event_key
    from latest_screening
    where instrument = 'cssrs'
        and score >= (
            select min(at_least) from {{ ref('risk_weight') }}
            where measure = 'cssrs_level'
        )
    union all
    select
        score_point, part2_view, client_key, start_date as need_date, is_part2,
        cast(null as bigint) as screening_key, event_key
    from dated_event
    where start_days <= {{ risk_window_days('safety_plan_missing') }}
),

last_safety_need as (
    select
        *,
        row_number() over (
            partition by score_point, part2_view, client_key
            order by need_date desc, is_part2, screening_key, event_key
        ) as need_rank
    from safety_need
),

-- A plan of the window counts, whether before or after the event; an older one does not.
safety_plan as (
    select
        client_day.score_point, client_day.part2_view, client_day.client_key
    from document
    inner join client_day on document.client_key = client_day.client_key
    where document.document_date <= client_day.score_date
        and client_day.score_date - document.document_date
        <= {{ risk_window_days('safety_plan_missing') }}
        and (client_day.part2_view = 'full' or not document.is_part2)
    group by client_day.score_point, client_day.part2_view, client_day.client_key
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
        need.score_point, need.part2_view, need.client_key, 'safety_plan_missing' as measure,
        cast(1 as decimal(18, 4)) as value, need.is_part2,
        coalesce(screening.evidence_table, acute_event.evidence_table) as evidence_table,
        coalesce(screening.evidence_key, acute_event.evidence_key) as evidence_key,
        need.need_date as evidence_date
    from last_safety_need as need
    left join safety_plan
        on need.score_point = safety_plan.score_point
        and need.part2_view = safety_plan.part2_view
        and need.client_key = safety_plan.client_key
    left join screening on need.screening_key = screening.screening_key
    left join acute_event
        on need.event_key = acute_event.event_key and need.part2_view = acute_event.part2_view
    where need.need_rank = 1 and safety_plan.client_key is null
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
)

select * from fact
