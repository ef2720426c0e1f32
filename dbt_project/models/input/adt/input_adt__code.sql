-- Reads the raw tables: a superseded row may add a code, which changes nothing, and the anti-joins
-- of staging would run once per column of a large table.
{%- set columns = [] %}
{%- do columns.append(('event', 'diagnosis_code')) %}
{%- for n in range(1, 11) %}
{%- do columns.append(('message', 'diagnosis_code_' ~ n)) %}
{%- endfor %}

with code as (
    {{ delivered_codes('adt', columns) }}
)

select * from code
