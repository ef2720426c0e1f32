with
document as (
    select client_key, document_type, document_date, is_part2
    from {{ ref('fct_document') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
),

level as (
    select * from {{ ref('int_risk__screening_span') }}
    where instrument = 'cssrs'
        and score >= (
            select min(at_least) from {{ ref('risk_weight') }}
            where measure = 'cssrs_level'
        )
),

dated_event as (
    select * from {{ ref('int_risk__acute_event_by_score_date') }}
    where is_self_harm
        and start_days <= {{ risk_window_days('safety_plan_missing') }}
),

screening as (
    select screening_key, evidence_table, evidence_key from {{ ref('fct_screening') }}
),

acute_event as (
    select part2_view, event_key, evidence_table, evidence_key
    from {{ ref('int_risk__acute_event') }}
),

-- A safety plan is needed after a C-SSRS level of moderate or high, or a self-harm event.
safety_need as (
    select
        score_date.score_point, level.part2_view, level.client_key,
        level.administered_date as need_date, level.is_part2,
        level.screening_key, cast(null as bigint) as event_key
    from level
    inner join score_date
        on level.administered_at <= score_date.score_at
        and score_date.score_date - level.administered_date
        <= {{ risk_window_days('safety_plan_missing') }}
    union all
    select
        score_point, part2_view, client_key, start_date as need_date, is_part2,
        cast(null as bigint) as screening_key, event_key
    from dated_event
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
    select distinct
        score_date.score_point, client_part2_view.part2_view, document.client_key
    from document
    inner join client_part2_view on document.client_key = client_part2_view.client_key
    inner join score_date
        on document.document_date <= score_date.score_date
        and score_date.score_date - document.document_date
        <= {{ risk_window_days('safety_plan_missing') }}
    where document.document_type = 'safety_plan'
        and (client_part2_view.part2_view = 'full' or not document.is_part2)
),

-- rules/risk-score.md#data-gaps: where no sender delivers documents, a plan may exist
missing_plan as (
    select
        need.score_point,
        need.part2_view,
        need.client_key,
        need.need_date,
        need.is_part2,
        coalesce(screening.evidence_table, acute_event.evidence_table) as evidence_table,
        coalesce(screening.evidence_key, acute_event.evidence_key) as evidence_key,
        (select count(*) from document) > 0 as has_document_feed
    from last_safety_need as need
    left join safety_plan
        on need.score_point = safety_plan.score_point
        and need.part2_view = safety_plan.part2_view
        and need.client_key = safety_plan.client_key
    left join screening on need.screening_key = screening.screening_key
    left join acute_event
        on need.event_key = acute_event.event_key and need.part2_view = acute_event.part2_view
    where need.need_rank = 1 and safety_plan.client_key is null
)

select * from missing_plan
