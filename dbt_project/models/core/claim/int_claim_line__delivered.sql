{{ config(materialized='view') }}

{# A view, and one scan for each sender: what a reader does not ask for is not read. #}
with run as (
    select as_of_date + 1 as last_day from {{ ref('int_run__as_of') }}
),

delivered_line as (
    select
        data_source,
        payer,
        {{ claim_line_columns() | join(',\n        ') }}
    from {{ ref('stg_claims__medical_claim') }}
    {%- for sender_name in ['x12', 'cclf'] %}
    union all
    select
        'claims_{{ sender_name }}' as data_source,
        'claims_{{ sender_name }}' as payer,
        {{ claim_line_columns() | join(',\n        ') }}
    from {{ ref('int_claim_line__from_' ~ sender_name) }}
    {%- endfor %}
),

-- nobody bills for a day that is to come: a wrong date, which fct_set_aside counts
past_line as (
    select * from delivered_line
    where coalesce(claim_end_date <= (select last_day from run), true)
)

select * from past_line
