{{ config(materialized='view') }}

with simulated_claim as (
    {{ synthea_record('claims', 'record.service_at') }}
),

run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

-- a patient pays by cash, card, check or copay; electronic checks are the payers'
paid_claim as (
    select claim_id, sum(payments) as paid_usd
    from {{ ref('stg_synthea__claims_transactions') }}
    where transaction_type = 'PAYMENT' and method = 'ECHECK'
    group by claim_id
),

dated_claim as (
    select
        {{ surrogate_key(["'synthea'", 'claim.claim_id']) }} as claim_key,
        claim.client_key,
        {{ local_date('claim.service_at', 'run.time_zone') }} as start_date,
        coalesce(paid_claim.paid_usd, 0) as paid_usd,
        claim.received_at,
        claim.evidence_table,
        claim.evidence_key
    from simulated_claim as claim
    cross join run
    left join paid_claim on claim.claim_id = paid_claim.claim_id
)

select * from dated_claim
