{{ config(materialized='table') }}

-- The principal diagnosis comes first, then the others in CMS's order, external causes last.
with diagnosis as (
    select * from {{ ref('stg_claims_cclf__cclf4') }}
),

claim as (
    select claim_version_id, principal_diagnosis_code
    from {{ ref('stg_claims_cclf__cclf1') }}
),

claim_diagnosis as (
    select claim_version_id, principal_diagnosis_code as diagnosis_code, 0 as rank_order
    from claim
    where principal_diagnosis_code is not null
    union all
    select
        diagnosis.claim_version_id,
        diagnosis.diagnosis_code,
        diagnosis.diagnosis_order
        + case when diagnosis.diagnosis_type_code in ('E', '1') then 100 else 1 end as rank_order
    from diagnosis
    left join claim
        on
        diagnosis.claim_version_id = claim.claim_version_id
        and diagnosis.diagnosis_code = claim.principal_diagnosis_code
    where claim.claim_version_id is null
),

ranked_diagnosis as (
    select
        claim_version_id,
        diagnosis_code,
        row_number() over (
            partition by claim_version_id order by min(rank_order), diagnosis_code
        ) as diagnosis_rank
    from claim_diagnosis
    group by claim_version_id, diagnosis_code
),

described_claim as (
    select
        claim_version_id,
        {%- for n in range(1, 26) %}
        max(case when diagnosis_rank = {{ n }} then diagnosis_code end) as diagnosis_code_{{ n }},
        {%- endfor %}
        count(*) as diagnosis_count
    from ranked_diagnosis
    group by claim_version_id
)

select * from described_claim
