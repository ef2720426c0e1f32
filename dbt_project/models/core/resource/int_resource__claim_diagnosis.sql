-- rules/measures/cms136.md#stay: the principal diagnosis of an encounter, by a claim
with claim_diagnosis as (
    select * from {{ ref('input_resource_claim_diagnosis') }}
    where status = 'active' and claim_use = 'claim'
),

coding as (
    select * from {{ ref('int_resource__coding') }}
),

principal as (
    select claim_diagnosis.*
    from claim_diagnosis
    semi join coding
        on coding.clause = 'claim_principal'
        and coding.resource_type = 'Claim'
        and coding.element = 'diagnosis.type'
        and claim_diagnosis.source = coding.source
        and claim_diagnosis.claim_id = coding.resource_id
        and claim_diagnosis.diagnosis_position = coding.element_position
),

coded as (
    select principal.source, principal.encounter_id, coding.clause
    from principal
    inner join coding
        on coding.resource_type = 'Claim'
        and coding.element = 'diagnosis.diagnosisCodeableConcept'
        and principal.source = coding.source
        and principal.claim_id = coding.resource_id
        and principal.diagnosis_position = coding.element_position
    union all
    select principal.source, principal.encounter_id, coding.clause
    from principal
    inner join {{ ref('int_resource__reference') }} as reference
        on reference.resource_type = 'Claim'
        and reference.element = 'diagnosis.diagnosisReference'
        and reference.target_type = 'Condition'
        and principal.source = reference.source
        and principal.claim_id = reference.resource_id
        and principal.diagnosis_position = reference.element_position
    inner join coding
        on coding.resource_type = 'Condition'
        and coding.element = 'code'
        and reference.source = coding.source
        and reference.target_id = coding.resource_id
),

claim_clause as (
    select distinct source, encounter_id, clause from coded
)

select * from claim_clause
