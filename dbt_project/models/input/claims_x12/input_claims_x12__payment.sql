{{ config(materialized='table') }}

with claim_number as (
    select distinct claim_id, billing_npi, provider_id
    from {{ ref('input_claims_x12__claim_version') }}
),

remittance as (
    select * from {{ ref('stg_claims_x12__remittance') }}
),

remittance_status as (
    select * from {{ ref('remittance_status') }}
),

-- many remittances identify the provider by the claim number alone; where both sides have an NPI,
-- it must be the same
provided_payment as (
    select
        remittance._batch_id,
        remittance._source_row,
        min(claim_number.provider_id) as provider_id
    from remittance
    inner join claim_number
        on
        remittance.claim_id = claim_number.claim_id
        and coalesce(remittance.payee_npi = claim_number.billing_npi, true)
    group by remittance._batch_id, remittance._source_row
),

payment as (
    select
        provided_payment.provider_id,
        remittance.claim_id,
        coalesce(remittance.payer_claim_control_number, '') as payer_claim_number,
        remittance_status.decision,
        remittance.payment_date,
        remittance.remittance_number,
        remittance.paid_amount,
        remittance._batch_id,
        remittance._source_row
    from remittance
    inner join provided_payment
        on
        remittance._batch_id = provided_payment._batch_id
        and remittance._source_row = provided_payment._source_row
    left join remittance_status
        on remittance.claim_status_code = remittance_status.claim_status_code
)

select * from payment
