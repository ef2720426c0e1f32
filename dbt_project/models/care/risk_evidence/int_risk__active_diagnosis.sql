with
diagnosis as (
    select * from {{ ref('fct_diagnosis') }}
    where client_key is not null and is_confirmed
),

code as (
    select * from {{ ref('int_code__classified') }}
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

-- rules/code-lists.md#serious-mental-illness: serious mental illness and active substance use
-- disorder.
grouped_diagnosis as (
    select
        diagnosis.client_key,
        diagnosis.diagnosis_key,
        diagnosis.diagnosis_date,
        diagnosis.end_date,
        code.is_smi,
        diagnosis.is_part2,
        diagnosis.evidence_table,
        diagnosis.evidence_key
    from diagnosis
    inner join code on diagnosis.code = code.code
    where code.is_smi or code.is_sud
),

active_diagnosis as (
    select
        score_date.score_point,
        client_part2_view.part2_view,
        grouped_diagnosis.*,
        row_number() over (
            partition by
                score_date.score_point, client_part2_view.part2_view, grouped_diagnosis.client_key,
                grouped_diagnosis.is_smi
            order by
                grouped_diagnosis.is_part2,
                grouped_diagnosis.diagnosis_date desc nulls last,
                grouped_diagnosis.diagnosis_key
        ) as evidence_rank
    from grouped_diagnosis
    inner join score_date
        on (
            grouped_diagnosis.diagnosis_date is null
            or grouped_diagnosis.diagnosis_date <= score_date.score_date
        )
        and (
            grouped_diagnosis.end_date is null
            or grouped_diagnosis.end_date >= score_date.score_date
        )
    inner join client_part2_view on grouped_diagnosis.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not grouped_diagnosis.is_part2
),

serious_mental_illness as (
    select * from active_diagnosis
    where is_smi and evidence_rank = 1
),

substance_use as (
    select * from active_diagnosis
    where not is_smi and evidence_rank = 1
),

-- A code is in one group only, so the two measures never have the same evidence row.
fact as (
    select
        score_point, part2_view, client_key,
        'has_serious_mental_illness' as measure, cast(1 as decimal(18, 4)) as value,
        is_part2, evidence_table, evidence_key, diagnosis_date as evidence_date
    from serious_mental_illness
    union all
    select
        substance_use.score_point, substance_use.part2_view, substance_use.client_key,
        'has_smi_and_sud' as measure, cast(1 as decimal(18, 4)) as value,
        substance_use.is_part2 or serious_mental_illness.is_part2 as is_part2,
        substance_use.evidence_table, substance_use.evidence_key,
        substance_use.diagnosis_date as evidence_date
    from substance_use
    inner join serious_mental_illness
        on substance_use.score_point = serious_mental_illness.score_point
        and substance_use.part2_view = serious_mental_illness.part2_view
        and substance_use.client_key = serious_mental_illness.client_key
)

select * from fact
