{{ config(materialized='view') }}

with questioned_row as (
    {%- for group in ['agency', 'claim', 'other', 'visit'] %}
    select * from {{ ref('int_row__questioned_' ~ group) }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select * from questioned_row
