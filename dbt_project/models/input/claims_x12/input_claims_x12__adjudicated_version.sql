{{ config(materialized='table') }}

{#
    The version that a submitted version replaces, and the payers' decision. Without a remittance the service counts and its
    payment is unknown. A reversal cancels one decision, whichever of the two is delivered first.
#}
with version as (
    select distinct provider_id, claim_id, replaced_sequence, version_id
    from {{ ref('input_claims_x12__claim_version') }}
),

payment as (
    select * from {{ ref('input_claims_x12__matched_payment') }}
    where decision <> 'none'
),

ranked_decision as (
    select
        version_id,
        decision,
        row_number() over (
            partition by version_id
            order by payment_date desc, remittance_number desc, payer_claim_number desc, decision
        ) as decision_rank
    from payment
    where decision <> 'reversed'
),

decided_version as (
    select
        version_id,
        max(payment_date) as paid_date,
        sum(paid_amount) as paid_amount,
        sum(case when decision = 'reversed' then 1 else 0 end) as reversal_count,
        sum(case when decision = 'reversed' then 0 else 1 end) as decision_count
    from payment
    group by version_id
),

correction as (
    select distinct provider_id, claim_id, replaced_sequence, version_id, payer_id
    from {{ ref('input_claims_x12__claim_version') }}
    where replaced_sequence is not null
),

-- the payer numbers that corrections name, and the versions that have them
given_number as (
    select distinct
        payment.provider_id,
        payment.payer_claim_number,
        version.version_id,
        version.claim_id,
        version.payer_id
    from {{ ref('input_claims_x12__matched_payment') }} as payment
    inner join (select distinct provider_id, replaced_sequence from correction) as named
        on
        payment.provider_id = named.provider_id
        and payment.payer_claim_number = named.replaced_sequence
    inner join {{ ref('input_claims_x12__claim_version') }} as version
        on payment.version_id = version.version_id
),

-- a correction replaces the version with the payer number that it names. Where two payers use one
-- number for two claims, the claim submitted to the payer of the correction comes first
ranked_number as (
    select
        correction.version_id,
        given_number.version_id as given_version_id,
        row_number() over (
            partition by correction.version_id
            order by
                case when given_number.payer_id = correction.payer_id then 0 else 1 end,
                case when given_number.claim_id = correction.claim_id then 0 else 1 end,
                given_number.version_id,
                given_number.payer_id nulls last,
                correction.payer_id nulls last
        ) as match_rank
    from correction
    inner join given_number
        on
        correction.provider_id = given_number.provider_id
        and correction.replaced_sequence = given_number.payer_claim_number
),

adjudicated_version as (
    select
        version.version_id,
        case
            when version.replaced_sequence is null then null
            when number_version.given_version_id <> version.version_id
                then number_version.given_version_id
            when first_version.version_id is not null then first_version.version_id
            else {{ x12_version_id('version.provider_id', "''", 'version.replaced_sequence') }}
        end as original_version_id,
        case
            when decided_version.version_id is null then null
            when decided_version.reversal_count >= decided_version.decision_count then 'reversed'
            when last_decision.decision = 'denied' then 'denied'
            else 'paid'
        end as claim_status,
        decided_version.paid_date,
        decided_version.paid_amount
    from version
    left join decided_version on version.version_id = decided_version.version_id
    left join ranked_decision as last_decision
        on version.version_id = last_decision.version_id and last_decision.decision_rank = 1
    left join ranked_number as number_version
        on version.version_id = number_version.version_id and number_version.match_rank = 1
    left join version as first_version
        on
        version.provider_id = first_version.provider_id
        and version.claim_id = first_version.claim_id
        and first_version.replaced_sequence is null
)

select * from adjudicated_version
