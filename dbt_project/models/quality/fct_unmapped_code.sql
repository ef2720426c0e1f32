{%- set diagnosis_columns = [
    ('diagnosis', 'code'), ('visit', 'diagnosis_code_1'), ('alert', 'diagnosis_code'),
    ('hospital_encounter', 'principal_diagnosis_code'), ('claim_line', 'diagnosis_code_1'),
] %}

with classified_code as (
    select code, code_system, is_known from {{ ref('int_code__classified') }}
),

-- counted per code first, so that millions of rows meet the classification as a few thousand
delivered_code as (
    {%- for entity, column in diagnosis_columns %}
    select
        source,
        source_table as table_name,
        {{ icd_code(column) }} as code,
        count(*) as row_count
    from {{ ref('input_' ~ entity) }}
    where {{ column }} is not null
    group by source, source_table, {{ column }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

unmapped_code as (
    select
        delivered_code.source,
        delivered_code.table_name,
        classified_code.code_system,
        cast(sum(delivered_code.row_count) as bigint) as row_count,
        cast(
            coalesce(
                sum(delivered_code.row_count) filter (where not classified_code.is_known), 0
            ) as bigint
        ) as unmapped_row_count,
        count(distinct delivered_code.code) filter (where not classified_code.is_known)
            as unmapped_code_count
    from delivered_code
    inner join classified_code on delivered_code.code = classified_code.code
    group by delivered_code.source, delivered_code.table_name, classified_code.code_system
)

select * from unmapped_code
