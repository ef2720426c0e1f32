-- Reads the raw tables: a superseded row may add a code, which changes nothing, and the anti-joins
-- of staging would run once per column of a large table.
{%- set columns = [] %}
{%- for column in ['icd10_code', 'snomed_code', 'code'] %}
{%- do columns.append(('Condition', column)) %}
{%- endfor %}
{%- for column in ['reason_code', 'reason_code_2', 'reason_code_3', 'reason_code_4'] %}
{%- do columns.append(('Encounter', column)) %}
{%- endfor %}

with code as (
    {{ delivered_codes('ehr_fhir', columns) }}
)

select * from code
