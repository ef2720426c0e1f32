{{ config(materialized='table') }}

{#
    A payer numbers each version of a claim. The 835 gives that number (CLP07) and the provider's (CLP01), but not the version:
    the first payer number of a claim matches its first version, the second the second. Numbers beyond the last version are
    the payer's own corrections of that version.
#}
with payment as (
    select * from {{ ref('input_claims_x12__payment') }}
),

payer_number as (
    select provider_id, claim_id, payer_claim_number, min(payment_date) as first_payment_date
    from payment
    group by provider_id, claim_id, payer_claim_number
),

ranked_number as (
    select
        *,
        row_number() over (
            partition by provider_id, claim_id order by first_payment_date, payer_claim_number
        ) as number_rank
    from payer_number
),

-- two payers may use one number for two claims of a provider: the payments of the claim itself
-- count first
replaced_sequence as (
    select provider_id, payer_claim_number, min(first_payment_date) as first_payment_date
    from payer_number
    group by provider_id, payer_claim_number
),

-- a void has no payer number: the payer reverses its payment under the number of the voided version
numbered_version as (
    select distinct provider_id, claim_id, replaced_sequence, version_id
    from {{ ref('input_claims_x12__claim_version') }}
    where not is_void
),

ranked_version as (
    select
        version.*,
        row_number() over (
            partition by version.provider_id, version.claim_id
            order by
                case when version.replaced_sequence is null then 0 else 1 end,
                coalesce(
                    own_number.first_payment_date,
                    replaced_sequence.first_payment_date,
                    cast('9999-12-31' as date)
                ),
                version.replaced_sequence
        ) as version_rank,
        count(*) over (partition by version.provider_id, version.claim_id) as version_count
    from numbered_version as version
    left join payer_number as own_number
        on
        version.provider_id = own_number.provider_id
        and version.claim_id = own_number.claim_id
        and version.replaced_sequence = own_number.payer_claim_number
    left join replaced_sequence
        on
        version.provider_id = replaced_sequence.provider_id
        and version.replaced_sequence = replaced_sequence.payer_claim_number
),

matched_number as (
    select
        number.provider_id,
        number.claim_id,
        number.payer_claim_number,
        version.version_id
    from ranked_number as number
    inner join ranked_version as version
        on
        number.provider_id = version.provider_id
        and number.claim_id = version.claim_id
        and version.version_rank = least(number.number_rank, version.version_count)
),

matched_payment as (
    select payment.*, matched_number.version_id
    from payment
    inner join matched_number
        on
        payment.provider_id = matched_number.provider_id
        and payment.claim_id = matched_number.claim_id
        and payment.payer_claim_number = matched_number.payer_claim_number
)

select * from matched_payment
