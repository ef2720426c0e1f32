-- Reads the raw tables: a superseded row may add a code, which changes nothing, and the anti-joins
-- of staging would run once per column of a large table.
{%- set columns = [] %}
{%- do columns.append(('cclf1', 'prncpl_dgns_cd')) %}
{%- do columns.append(('cclf4', 'clm_dgns_cd')) %}
{%- do columns.append(('cclf5', 'clm_line_dgns_cd')) %}
{%- for n in range(1, 13) %}
{%- do columns.append(('cclf5', 'clm_dgns_' ~ n ~ '_cd')) %}
{%- endfor %}

with code as (
    {{ delivered_codes('claims_cclf', columns) }}
)

select * from code
