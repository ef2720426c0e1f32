with collected_code as (
    select * from {{ ref('int_code__collected') }}
),

terminology_map as (
    select * from {{ ref('terminology_map') }}
),

category as (
    select * from {{ ref('charlson_category') }}
),

-- a code of another system has the groups of the ICD-10-CM codes that a user-supplied map gives
translated_code as (
    select code, code as icd10cm_code
    from collected_code
    where code_system = 'icd10cm'
    union all
    select collected_code.code, terminology_map.icd10cm_code
    from collected_code
    inner join terminology_map
        on collected_code.code_system = terminology_map.code_system
        and collected_code.code = terminology_map.code
),

-- rules/code-lists.md#charlson
comorbid_code as (
    select distinct translated_code.code, category.category
    from translated_code
    inner join category on regexp_matches(translated_code.icd10cm_code, category.pattern)
)

select * from comorbid_code
