-- The codes of resources that a clause of a measure names (rules/measures/fhir.md#value-sets).
with clause_code as (
    select distinct
        needed.clause,
        needed.oid as code_set,
        listed.code_system,
        listed.code
    from {{ ref('measure_value_set') }} as needed
    inner join {{ ref('int_resource__value_set') }} as listed on needed.oid = listed.oid
    union all
    select clause, clause || ':' || code as code_set, code_system, code
    from {{ ref('resource_code') }}
),

coding as (
    select
        source,
        resource_type,
        resource_id,
        case
            when element in ('medicationCodeableConcept', 'contained.code') then 'medication'
            else element
        end as element,
        element_position,
        code_system,
        code
    from {{ ref('input_resource_coding') }}
),

coded_element as (
    select
        coding.source,
        coding.resource_type,
        coding.resource_id,
        coding.element,
        coding.element_position,
        clause_code.clause,
        clause_code.code_set
    from coding
    inner join clause_code
        on coding.code_system = clause_code.code_system and coding.code = clause_code.code
),

-- an order or a dispense may name a Medication resource, which has the code
named_medication as (
    select
        reference.source,
        reference.resource_type,
        reference.resource_id,
        'medication' as element,
        1 as element_position,
        coded_element.clause,
        coded_element.code_set
    from coded_element
    inner join {{ ref('input_resource_reference') }} as reference
        on reference.element = 'medicationReference'
        and reference.target_type = 'Medication'
        and coded_element.source = reference.source
        and coded_element.resource_id = reference.target_id
    where coded_element.resource_type = 'Medication'
),

clause_coding as (
    select * from coded_element
    union
    select * from named_medication
)

select * from clause_coding
