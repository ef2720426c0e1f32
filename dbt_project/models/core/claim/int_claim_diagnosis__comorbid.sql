with comorbid_code as (
    select * from {{ ref('int_code__comorbid') }}
),

claim as (
    select * from {{ ref('int_claim__final') }}
    where not is_denied and client_key is not null
),

-- the table and not a CTE of it: DuckDB would copy all columns of a CTE that is read 25 times
line_diagnosis as (
    {%- for n in range(1, 26) %}
    select claim_id_key, frequency, is_reversal, diagnosis_code_{{ n }} as diagnosis_code
    from {{ ref('int_claim_line__classified') }}
    where diagnosis_code_{{ n }} in (select comorbid_code.code from comorbid_code)
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- every line repeats the diagnoses of its claim
claim_category as (
    select distinct
        line_diagnosis.claim_id_key,
        line_diagnosis.frequency,
        line_diagnosis.is_reversal,
        comorbid_code.category
    from line_diagnosis
    inner join comorbid_code on line_diagnosis.diagnosis_code = comorbid_code.code
),

comorbid_claim as (
    select
        claim.client_key,
        claim.claim_key,
        claim_category.category,
        claim.start_date as diagnosis_date,
        claim.is_part2,
        claim.evidence_table,
        claim.evidence_key
    from claim_category
    inner join claim
        on claim_category.claim_id_key = claim.claim_id_key
        and claim_category.frequency = claim.frequency
        and claim_category.is_reversal = claim.is_reversal
)

select * from comorbid_claim
