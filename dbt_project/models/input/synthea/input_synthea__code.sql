-- Reads the raw tables: a superseded row may add a code, which changes nothing, and the anti-joins
-- of staging would run once per column of a large table.
{%- set columns = [] %}
{%- do columns.append(('conditions', 'code')) %}
{%- do columns.append(('encounters', 'reasoncode')) %}

with code as (
    {{ delivered_codes('synthea', columns) }}
)

select * from code
