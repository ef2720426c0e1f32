{#
    The delivered codes with the ICD-10-CM code whose groups they have, as CTEs that end in translated_code: a code of
    another system has those of the ICD-10-CM codes that a user-supplied map gives.
#}
{% macro translated_codes() -%}
collected_code as (
    select * from {{ ref('int_code__collected') }}
),

terminology_map as (
    select * from {{ ref('terminology_map') }}
),

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
)
{%- endmacro %}
