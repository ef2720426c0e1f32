-- rules/measures/fhir.md#value-sets: the user's codes of the published value sets
with published_set as (
    {{ named_value_set() }}
),

value_set_code as (
    select distinct
        published_set.oid,
        listed_code.code_system,
        listed_code.code
    from {{ ref('input_value_set_code') }} as listed_code
    inner join published_set on listed_code.value_set = published_set.value_set
    where published_set.oid is not null
)

select * from value_set_code
