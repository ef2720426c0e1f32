{#
    What became of a submitted version: which version it replaces, and how the payers decided. Without a remittance it is a
    service that was rendered and whose payment nobody knows yet; a reversal takes back one decision, whatever comes first.
#}
with version as (
    select distinct provider_id, claim_id, replaced_number, version_id
    from {{ ref('int_claim_version__submitted') }}
),

payment as (
    select * from {{ ref('int_claim_payment__matched') }}
    where decision <> 'none'
),

ranked_decision as (
    select
        version_id,
        decision,
        row_number() over (
            partition by version_id
            order by payment_date desc, remittance_number desc, payer_claim_number desc, decision
        ) as recency
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

-- the payer's number leads to the version that it was given to
number_version as (
    select provider_id, payer_claim_number, min(version_id) as version_id
    from {{ ref('int_claim_payment__matched') }}
    group by provider_id, payer_claim_number
),

adjudicated_version as (
    select
        version.version_id,
        case
            when version.replaced_number is null then null
            when number_version.version_id <> version.version_id then number_version.version_id
            when first_version.version_id is not null then first_version.version_id
            else {{ x12_version_id('version.provider_id', "''", 'version.replaced_number') }}
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
        on version.version_id = last_decision.version_id and last_decision.recency = 1
    left join number_version
        on
        version.provider_id = number_version.provider_id
        and version.replaced_number = number_version.payer_claim_number
    left join version as first_version
        on
        version.provider_id = first_version.provider_id
        and version.claim_id = first_version.claim_id
        and first_version.replaced_number is null
)

select * from adjudicated_version
