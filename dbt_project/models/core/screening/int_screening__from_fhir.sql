with reported_answer as (
    select * from {{ ref('int_screening__from_observation') }}
    union all
    select * from {{ ref('int_screening__from_questionnaire') }}
),

answer_code as (
    select told as code, cast(meaning as integer) as item_value
    from {{ ref('fhir_code') }}
    where kind = 'answer_value'
),

level_code as (
    select told as code, meaning as level from {{ ref('fhir_code') }}
    where kind = 'risk_level'
),

-- an item without an answer is a missing one: it has no row
valued_answer as (
    select
        told.* exclude (number_given, code_given, yes_given),
        case when told.part = 'total' then told.number_given end as total_score,
        case
            when told.part <> 'item' or told.number_given <> floor(told.number_given) then null
            when told.number_given is not null
                then {{ dbt.safe_cast('told.number_given', 'integer') }}
            when told.yes_given is not null then cast(told.yes_given as integer)
            else answer_code.item_value
        end as item_value,
        case when told.part = 'level' then level_code.level end as level
    from reported_answer as told
    left join answer_code on told.code_given = answer_code.code
    left join level_code on lower(told.code_given) = lower(level_code.code)
),

-- forms share questions: which form it was, its total says
formed_answer as (
    select
        *,
        max(case when instrument = 'phq9' then item_number end) over form as last_phq9_item,
        count(case when instrument = 'phq9' and part = 'total' then 1 end) over form as phq9_totals,
        count(case when instrument = 'phq9m' and part = 'total' then 1 end) over form
            as phq9m_totals,
        count(case when instrument = 'phq2' and part = 'total' then 1 end) over form as phq2_totals
    from valued_answer
    where
        total_score is not null or item_value is not null or level is not null
        or status = 'declined'
    window form as (partition by response_id)
),

named_answer as (
    select
        * replace (
            case
                when instrument <> 'phq9' or phq9_totals > 0 then instrument
                when phq9m_totals > 0 then 'phq9m'
                when phq2_totals > 0 and last_phq9_item <= 2 then 'phq2'
                else instrument
            end as instrument
        )
    from formed_answer
),

-- one resource stands for the response: the questionnaire, else the total, else the first of its
-- observations
ranked_answer as (
    select
        *,
        row_number() over (
            partition by response_id, instrument
            order by
                case when evidence_table = 'raw_ehr_fhir.QuestionnaireResponse' then 0 else 1 end,
                case when part = 'total' then 0 else 1 end,
                _batch_id,
                _source_row
        ) as preference
    from named_answer
),

screening_answer as (
    select
        ranked_answer.response_id,
        ranked_answer.source_client_id,
        ranked_answer.instrument,
        ranked_answer.administered_at,
        ranked_answer.item_number,
        ranked_answer.item_value,
        ranked_answer.total_score,
        ranked_answer.level,
        ranked_answer.status,
        ranked_answer.program_id,
        ranked_answer.is_part2_labelled,
        evidence.evidence_table,
        evidence._batch_id,
        evidence._source_row
    from ranked_answer
    inner join ranked_answer as evidence
        on evidence.preference = 1
        and ranked_answer.response_id = evidence.response_id
        and ranked_answer.instrument = evidence.instrument
)

select * from screening_answer
