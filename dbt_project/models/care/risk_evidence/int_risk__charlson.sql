with record_diagnosis as (
    select
        client_key, diagnosis_date, end_date, code, is_part2, evidence_table, evidence_key
    from {{ ref('fct_diagnosis') }}
    where client_key is not null and is_confirmed
),

claim_diagnosis as (
    select client_key, diagnosis_date, category, is_part2, evidence_table, evidence_key
    from {{ ref('int_claim_diagnosis__comorbid') }}
),

comorbid_code as (
    select * from {{ ref('int_code__comorbid') }}
),

category as (
    select category, points, yields_to from {{ ref('charlson_category') }}
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

diagnosis as (
    select
        record_diagnosis.client_key, record_diagnosis.diagnosis_date, record_diagnosis.end_date,
        comorbid_code.category, record_diagnosis.is_part2, record_diagnosis.evidence_table,
        record_diagnosis.evidence_key
    from record_diagnosis
    inner join comorbid_code on record_diagnosis.code = comorbid_code.code
    union all
    select
        client_key, diagnosis_date, diagnosis_date as end_date, category, is_part2, evidence_table,
        evidence_key
    from claim_diagnosis
),

-- rules/risk-score.md#charlson: a diagnosis of the record counts until the window after its end
ranked_comorbidity as (
    select
        score_date.score_point, client_part2_view.part2_view, diagnosis.client_key,
        diagnosis.category, diagnosis.diagnosis_date, diagnosis.is_part2,
        diagnosis.evidence_table, diagnosis.evidence_key,
        row_number() over (
            partition by
                score_date.score_point, client_part2_view.part2_view, diagnosis.client_key,
                diagnosis.category
            order by
                diagnosis.is_part2, diagnosis.diagnosis_date desc nulls last,
                diagnosis.evidence_table, diagnosis.evidence_key
        ) as evidence_rank
    from diagnosis
    inner join score_date
        on (
            diagnosis.diagnosis_date is null
            or diagnosis.diagnosis_date <= score_date.score_date
        )
        and (
            diagnosis.end_date is null
            or score_date.score_date - diagnosis.end_date
            <= {{ risk_window_days('charlson_score') }}
        )
    inner join client_part2_view on diagnosis.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not diagnosis.is_part2
),

comorbidity as (
    select ranked_comorbidity.*, category.points, category.yields_to
    from ranked_comorbidity
    inner join category on ranked_comorbidity.category = category.category
    where ranked_comorbidity.evidence_rank = 1
),

-- Of a mild and a severe form only the severe one counts. The comorbidity with the most points is
-- the evidence.
counted_comorbidity as (
    select
        comorbidity.*,
        row_number() over (
            partition by comorbidity.score_point, comorbidity.part2_view, comorbidity.client_key
            order by comorbidity.points desc, comorbidity.is_part2, comorbidity.category
        ) as evidence_order
    from comorbidity
    left join comorbidity as severe
        on comorbidity.score_point = severe.score_point
        and comorbidity.part2_view = severe.part2_view
        and comorbidity.client_key = severe.client_key
        and comorbidity.yields_to = severe.category
    where severe.category is null
),

charlson as (
    select
        score_point,
        part2_view,
        client_key,
        sum(points) as charlson_score,
        max(case when is_part2 then 1 else 0 end) = 1 as is_part2,
        max(case when evidence_order = 1 then evidence_table end) as evidence_table,
        max(case when evidence_order = 1 then evidence_key end) as evidence_key,
        max(case when evidence_order = 1 then diagnosis_date end) as evidence_date
    from counted_comorbidity
    group by score_point, part2_view, client_key
)

select * from charlson
