{{ config(materialized='view') }}

{# A view: int_claim__summed holds every claim, and a copy of it would be the largest table. #}
with final_claim as (
    select * from {{ ref('int_claim__final') }}
),

simulated_claim as (
    select * from {{ ref('int_claim__from_synthea') }}
),

batch as (
    select * from {{ ref('stg_caseload__batch_order') }}
),

claim as (
    select
        claim.claim_key,
        coalesce(batch.source, 'claims') as source,
        claim.client_key,
        claim.start_date,
        claim.end_date,
        claim.paid_usd,
        claim.is_denied,
        claim.is_orphan_adjustment,
        claim.is_institutional,
        claim.is_acute_inpatient,
        first_batch.first_received_at as received_at,
        {{ claim_evidence_table('batch.source', 'claim.evidence_row') }} as evidence_table,
        {{ claim_evidence_key('claim.evidence_row', 'batch.batch_id', 'batch.source') }}
            as evidence_key
    from final_claim as claim
    left join batch as first_batch on claim.first_batch_rank = first_batch.batch_rank
    left join batch on {{ claim_batch_rank('claim.evidence_row') }} = batch.batch_rank
    union all
    select
        claim_key,
        'synthea' as source,
        client_key,
        start_date,
        cast(null as date) as end_date,
        paid_usd,
        false as is_denied,
        false as is_orphan_adjustment,
        cast(null as boolean) as is_institutional,
        cast(null as boolean) as is_acute_inpatient,
        received_at,
        evidence_table,
        evidence_key
    from simulated_claim
)

select * from claim
