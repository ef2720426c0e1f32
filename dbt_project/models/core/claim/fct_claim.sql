{{ config(materialized='view') }}

{# A view: int_claim__summed already stores every claim. #}
with claim_of_lines as (
    select * from {{ ref('int_claim__final') }}
),

whole_claim as (
    {{ client_record(
        'claim',
        day='record.start_date',
        happened_at='record.started_at',
        has_program=false
    ) }}
),

claim as (
    select
        claim_key,
        source,
        client_key,
        start_date,
        end_date,
        cast(paid_usd as decimal(18, 4)) as paid_usd,
        is_denied,
        is_orphan_adjustment,
        is_institutional,
        is_acute_inpatient,
        received_at,
        evidence_table,
        evidence_key
    from claim_of_lines
    union all
    select
        {{ surrogate_key(['source', 'claim_id']) }} as claim_key,
        source,
        client_key,
        start_date,
        cast(null as date) as end_date,
        cast(paid_usd as decimal(18, 4)) as paid_usd,
        false as is_denied,
        false as is_orphan_adjustment,
        cast(null as boolean) as is_institutional,
        cast(null as boolean) as is_acute_inpatient,
        received_at,
        evidence_table,
        evidence_key
    from whole_claim
)

select * from claim
