with
{{ translated_codes() }},

category as (
    select * from {{ ref('charlson_category') }}
),

-- rules/code-lists.md#charlson
comorbid_code as (
    select distinct translated_code.code, category.category
    from translated_code
    inner join category on regexp_matches(translated_code.icd10cm_code, category.pattern)
)

select * from comorbid_code
