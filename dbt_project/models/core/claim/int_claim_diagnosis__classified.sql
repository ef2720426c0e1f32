{#- Column of the claim -> group of int_code__classified. #}
{%- set groups = {
    'is_mental_any': 'is_mental_any', 'is_self_harm_any': 'is_self_harm',
    'is_sud_any': 'is_sud', 'is_overdose_any': 'is_overdose',
    'is_schizophrenia_any': 'is_schizophrenia', 'is_bipolar_any': 'is_bipolar',
    'is_mdd_any': 'is_mdd', 'is_aud_any': 'is_aud', 'is_oud_any': 'is_oud',
    'is_other_drug_any': 'is_other_drug', 'is_dementia_any': 'is_dementia',
    'is_diabetes_any': 'is_diabetes', 'is_narcolepsy_any': 'is_narcolepsy',
} %}

with
-- the table and not a CTE of it: DuckDB would copy all columns of a CTE that is read 25 times
line_diagnosis as (
    {%- for n in range(1, 26) %}
    select
        claim_id_key,
        frequency,
        is_reversal,
        diagnosis_code_{{ n }} as diagnosis_code,
        {{ n }} as diagnosis_position
    from {{ ref('int_claim_line__classified') }}
    where diagnosis_code_{{ n }} is not null
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

grouped_code as (
    select * from {{ ref('int_code__classified') }}
    where {{ groups.values() | join(' or ') }}
),

-- every line repeats the diagnoses of its claim
classified_claim as (
    select
        line_diagnosis.claim_id_key,
        line_diagnosis.frequency,
        line_diagnosis.is_reversal,
        {%- for column, group_name in groups.items() %}
        bool_or(grouped_code.{{ group_name }}) as {{ column }},
        {%- endfor %}
        bool_or(grouped_code.is_mental_any and line_diagnosis.diagnosis_position = 1)
            as is_mental_principal,
        bool_or(grouped_code.is_self_harm and line_diagnosis.diagnosis_position = 1)
            as is_self_harm_principal
    from line_diagnosis
    inner join grouped_code on line_diagnosis.diagnosis_code = grouped_code.code
    group by
        line_diagnosis.claim_id_key,
        line_diagnosis.frequency,
        line_diagnosis.is_reversal
)

select * from classified_claim
