-- Reads the raw tables past staging, on purpose: superseded rows may add a code, which is harmless,
-- and twenty-five anti-joined scans of the largest table would cost more than everything else here.
{%- set diagnosis_column = [] %}
{%- for n in range(1, 26) %}
{%- do diagnosis_column.append((source('claims', 'medical_claim'), 'diagnosis_code_' ~ n)) %}
{%- endfor %}
{%- for n in range(1, 26) %}
{%- do diagnosis_column.append((source('claims_x12', 'claim'), 'diagnosis_code_' ~ n)) %}
{%- endfor %}
{%- do diagnosis_column.append((source('claims_cclf', 'cclf1'), 'prncpl_dgns_cd')) %}
{%- do diagnosis_column.append((source('claims_cclf', 'cclf4'), 'clm_dgns_cd')) %}
{%- do diagnosis_column.append((source('claims_cclf', 'cclf5'), 'clm_line_dgns_cd')) %}
{%- for n in range(1, 13) %}
{%- do diagnosis_column.append((source('claims_cclf', 'cclf5'), 'clm_dgns_' ~ n ~ '_cd')) %}
{%- endfor %}
{%- for n in range(1, 5) %}
{%- do diagnosis_column.append((source('ehr', 'visit'), 'diagnosis_code_' ~ n)) %}
{%- endfor %}
{%- do diagnosis_column.append((source('ehr', 'diagnosis'), 'code')) %}
{%- do diagnosis_column.append((source('adt', 'event'), 'diagnosis_code')) %}
{%- for n in range(1, 11) %}
{%- do diagnosis_column.append((source('adt', 'message'), 'diagnosis_code_' ~ n)) %}
{%- endfor %}
{%- do diagnosis_column.append((source('synthea', 'conditions'), 'code')) %}
{%- do diagnosis_column.append((source('synthea', 'encounters'), 'reasoncode')) %}
{%- for column in ['icd10_code', 'snomed_code', 'code'] %}
{%- do diagnosis_column.append((source('ehr_fhir', 'Condition'), column)) %}
{%- endfor %}
{%- for column in ['reason_code', 'reason_code_2', 'reason_code_3', 'reason_code_4'] %}
{%- do diagnosis_column.append((source('ehr_fhir', 'Encounter'), column)) %}
{%- endfor %}

with delivered_code as (
    {%- for relation, column in diagnosis_column %}
    select distinct {{ column }} as code
    from {{ relation }}
    where {{ column }} is not null
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

spelled_code as (
    select distinct {{ icd_code('code') }} as code
    from delivered_code
),

collected_code as (
    select
        code,
        case
            when regexp_matches(code, '^[A-Z][0-9]') then 'icd10cm'
            when regexp_matches(code, '^[0-9]{6,18}$') then 'snomedct'
            else 'unknown'
        end as code_system
    from spelled_code
    where code is not null
)

select * from collected_code
