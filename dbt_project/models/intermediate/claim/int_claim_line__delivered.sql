{{ config(materialized='view') }}

{# A view, and one scan for each sender: what a reader does not ask for is not read. #}
with delivered_line as (
    select
        data_source,
        payer,
        {{ claim_line_columns() | join(',\n        ') }}
    from {{ ref('stg_claims__medical_claim') }}
    union all
    select
        'claims_x12' as data_source,
        'claims_x12' as payer,
        {{ claim_line_columns() | join(',\n        ') }}
    from {{ ref('int_claim_line__from_x12') }}
)

select * from delivered_line
