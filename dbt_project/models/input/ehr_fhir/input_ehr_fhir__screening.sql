{{ config(materialized='table') }}

with reported_answer as (
    select * from {{ ref('input_ehr_fhir__screening_observation') }}
    union all
    select * from {{ ref('input_ehr_fhir__screening_questionnaire') }}
),

answer_code as (
    select source_value as code, cast(mapped_value as integer) as item_value
    from {{ ref('fhir_code') }}
    where kind = 'answer_value'
),

level_code as (
    select source_value as code, mapped_value as level from {{ ref('fhir_code') }}
    where kind = 'risk_level'
),

-- an item without an answer is missing: it has no row
valued_answer as (
    select
        answer.* exclude (number_given, code_given, yes_given),
        case when answer.part = 'total' then answer.number_given end as total_score,
        case
            when answer.part <> 'item' or answer.number_given <> floor(answer.number_given)
                then null
            when answer.number_given is not null
                then {{ dbt.safe_cast('answer.number_given', 'integer') }}
            when answer.yes_given is not null then cast(answer.yes_given as integer)
            else answer_code.item_value
        end as item_value,
        case when answer.part = 'level' then level_code.level end as level
    from reported_answer as answer
    left join answer_code on answer.code_given = answer_code.code
    left join level_code on lower(answer.code_given) = lower(level_code.code)
),

-- forms share questions: the total decides which form it was
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

-- one resource is the evidence of a response: the questionnaire response, else the total, else the
-- first observation
ranked_answer as (
    select
        *,
        row_number() over (
            partition by response_id, instrument
            order by
                case when source_table = 'QuestionnaireResponse' then 0 else 1 end,
                case when part = 'total' then 0 else 1 end,
                _batch_id,
                _source_row
        ) as evidence_rank
    from named_answer
),

batch as (
    select batch_id, first_received_at, batch_rank from {{ ref('stg_caseload__batch_order') }}
),

screening as (
    select
        ranked_answer.response_id,
        ranked_answer.instrument,
        ranked_answer.administered_at,
        ranked_answer.item_number,
        ranked_answer.item_value,
        ranked_answer.total_score,
        ranked_answer.level,
        cast(null as {{ dbt.type_string() }}) as domain,
        cast(null as boolean) as is_positive,
        ranked_answer.status,
        cast(null as timestamp with time zone) as reviewed_at,
        false as has_review_column,
        ranked_answer.program_id,
        'ehr_fhir' as source,
        evidence.source_table,
        'ehr_fhir' as client_source,
        '' as client_scope,
        ranked_answer.source_client_id,
        ranked_answer.is_part2_labelled,
        batch.first_received_at as received_at,
        batch.batch_rank,
        evidence._batch_id,
        evidence._source_row,
        'raw_ehr_fhir.' || evidence.source_table as evidence_table,
        evidence._batch_id || ':' || cast(evidence._source_row as {{ dbt.type_string() }})
            as evidence_key
    from ranked_answer
    inner join ranked_answer as evidence
        on evidence.evidence_rank = 1
        and ranked_answer.response_id = evidence.response_id
        and ranked_answer.instrument = evidence.instrument
    left join batch on evidence._batch_id = batch.batch_id
)

select * from screening
