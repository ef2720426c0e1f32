-- Reads the raw tables: a superseded row may add a code, which changes nothing, and the anti-joins
-- of staging would run once per column of a large table.
{%- set columns = [] %}
{%- for n in range(1, 26) %}
{%- do columns.append(('medical_claim', 'diagnosis_code_' ~ n)) %}
{%- endfor %}

with code as (
    {{ delivered_codes('claims', columns) }}
)

select * from code
