-- Reads the raw tables: a superseded row may add a code, which changes nothing, and the anti-joins
-- of staging would run once per column of a large table.
{%- set columns = [] %}
{%- do columns.append(('diagnosis', 'code')) %}
{%- for n in range(1, 5) %}
{%- do columns.append(('visit', 'diagnosis_code_' ~ n)) %}
{%- endfor %}

with code as (
    {{ delivered_codes('ehr', columns) }}
)

select * from code
