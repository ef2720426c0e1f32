{{ config(materialized='view') }}

with claim as (
    select * from {{ ref('int_claim__summed') }}
),

claim_version as (
    select * from {{ ref('int_claim__versioned') }}
),

-- the few versions that something later replaced, voided or reversed are taken away; the rest is
-- final
-- the few versions that something later replaced, voided or reversed are taken away; the rest is
-- final, and an adjusted claim keeps the name of the first of its family
final_claim as (
    select
        claim.*,
        coalesce(claim_version.family_hash, claim.claim_hash) as family_hash,
        coalesce(claim_version.is_orphan_adjustment, false) as is_orphan_adjustment
    from claim
    left join claim_version
        on
        claim.claim_hash = claim_version.claim_hash
        and claim.frequency = claim_version.frequency
        and claim.is_reversal = claim_version.is_reversal
    where coalesce(claim_version.is_final, true)
),

evaluated_claim as (
    select
        {{ row_hash([
            'family_hash', 'case when frequency = 7 then 1 else frequency end'
        ]) }} as claim_key,
        client_key,
        frequency,
        is_orphan_adjustment,
        start_date,
        end_date,
        setting_mask,
        principal_mask,
        diagnosis_mask,
        follow_up_days_mask,
        paid_usd,
        first_batch_rank,
        evidence_row,
        is_denied,
        {{ has_setting('setting_mask', 'institutional') }} as is_institutional,
        -- rules/encounters-and-claims.md#stays: inpatient bill, or a bed where no bill type says
        -- otherwise; ancillary bills are none
        {{ has_setting('setting_mask', 'institutional') }}
        and not {{ has_setting('setting_mask', 'ancillary_bill') }}
        and (
            (
                {{ has_setting('setting_mask', 'inpatient_bill') }}
                and (
                    {{ has_setting('setting_mask', 'accommodation') }}
                    or not {{ has_setting('setting_mask', 'nonacute') }}
                )
            )
            or (
                {{ has_setting('setting_mask', 'accommodation') }}
                and not {{ has_setting('setting_mask', 'nonacute') }}
            )
        ) as is_acute_inpatient
    from final_claim
)

select * from evaluated_claim
