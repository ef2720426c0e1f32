with claim as (
    select * from {{ ref('int_claim__final') }}
    where not is_denied and client_key is not null
),

line as (
    select
        claim_id_key, frequency, is_reversal, service_date, is_follow_up, is_primary_care,
        is_metabolic_test, is_cholesterol_test, is_mental_health_provider
    from {{ ref('int_claim_line__classified') }}
    where is_payable and (is_metabolic_test or is_cholesterol_test or is_follow_up)
),

visit as (
    select * from {{ ref('fct_visit') }}
    where client_key is not null
),

code as (
    select * from {{ ref('int_claim_code__classified') }}
),

-- rules/risk-score.md#preventive-care: a visit of an unknown clinician may be primary care
line_kind as (
    select
        claim_id_key, frequency, is_reversal, service_date,
        case
            when is_primary_care then 'primary_care'
            when is_mental_health_provider is null then 'unknown_clinician'
        end as kind
    from line
    where is_follow_up
    union
    select
        claim_id_key, frequency, is_reversal, service_date, 'metabolic_test' as kind
    from line
    where is_metabolic_test
    union
    select
        claim_id_key, frequency, is_reversal, service_date, 'cholesterol_test' as kind
    from line
    where is_cholesterol_test
),

claim_service as (
    select
        claim.client_key, line_kind.service_date, line_kind.kind, 'reporting' as basis,
        claim.is_part2,
        claim.evidence_table, claim.evidence_key
    from line_kind
    inner join claim
        on line_kind.claim_id_key = claim.claim_id_key
        and line_kind.frequency = claim.frequency
        and line_kind.is_reversal = claim.is_reversal
    where line_kind.kind is not null
),

visit_service as (
    select
        visit.client_key, visit.visit_date as service_date, 'primary_care' as kind,
        'operational' as basis, visit.is_part2, visit.evidence_table, visit.evidence_key
    from visit
    inner join code on visit.provider_taxonomy_code = code.code
    where code.code_type = 'taxonomy' and code.is_primary_care
    union all
    select
        visit.client_key, visit.visit_date as service_date, 'metabolic_test' as kind,
        'operational' as basis, visit.is_part2, visit.evidence_table, visit.evidence_key
    from visit
    inner join code on visit.procedure_code = code.code
    where code.code_type = 'hcpcs' and code.is_metabolic_test
),

service as (
    select * from claim_service
    union all
    select * from visit_service
),

preventive_service as (
    select client_key, service_date, kind, basis, is_part2, evidence_table, evidence_key
    from service
    group by client_key, service_date, kind, basis, is_part2, evidence_table, evidence_key
)

select * from preventive_service
