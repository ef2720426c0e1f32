{%- set diagnosis_columns = [
    ('ehr', 'diagnosis', 'code'), ('ehr', 'visit', 'diagnosis_code_1'),
    ('adt', 'event', 'diagnosis_code'), ('adt', 'message', 'diagnosis_code_1'),
    ('claims', 'medical_claim', 'diagnosis_code_1'),
    ('claims_x12', 'claim', 'diagnosis_code_1'),
    ('claims_cclf', 'cclf4', 'diagnosis_code'), ('claims_cclf', 'cclf5', 'diagnosis_code_1'),
    ('synthea', 'conditions', 'code'), ('synthea', 'encounters', 'reason_code'),
    ('ehr_fhir', 'Condition', 'diagnosis_code'), ('ehr_fhir', 'Encounter', 'reason_code'),
] %}

with classified_code as (
    select code, code_system, is_known from {{ ref('int_code__classified') }}
),

-- counted per code first, so that millions of rows meet the classification as a few thousand
delivered_code as (
    {%- for source_name, table_name, column in diagnosis_columns %}
    select
        '{{ source_name }}' as source,
        '{{ table_name }}' as table_name,
        {{ icd_code(column) }} as code,
        count(*) as row_count
    from {{ ref('stg_' ~ source_name ~ '__' ~ table_name | lower) }}
    where {{ column }} is not null
    group by {{ column }}
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
