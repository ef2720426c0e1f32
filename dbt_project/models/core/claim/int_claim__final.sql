{{ config(materialized='view') }}

with claim as (
    select * from {{ ref('int_claim__summed') }}
),

claim_version as (
    select * from {{ ref('int_claim__versioned') }}
),

batch as (
    select batch_id, batch_rank from {{ ref('input_batch') }}
),

-- int_claim__versioned lists the versions of adjusted claims; any other claim is final. An adjusted
-- claim keeps the key of the first of its family
final_version as (
    select
        claim.* exclude (last_batch_rank),
        coalesce(claim_version.family_key, claim.claim_id_key) as family_key,
        coalesce(claim_version.is_orphan_adjustment, false) as is_orphan_adjustment,
        claim.last_batch_rank as batch_rank,
        batch.batch_id
    from claim
    left join claim_version
        on
        claim.claim_id_key = claim_version.claim_id_key
        and claim.frequency = claim_version.frequency
        and claim.is_reversal = claim_version.is_reversal
    left join batch on claim.last_batch_rank = batch.batch_rank
    where coalesce(claim_version.is_final, true)
),

final_claim as (
    select
        *,
        {{ surrogate_key(['family_key', 'case when frequency = 7 then 1 else frequency end']) }}
            as claim_key,
        -- rules/encounters-and-claims.md#stays: an inpatient bill, or a bed where no bill type says
        -- otherwise; ancillary bills are not stays
        is_institutional
        and not is_ancillary_bill
        and (
            (is_inpatient_bill and (is_accommodation or not is_nonacute))
            or (is_accommodation and not is_nonacute)
        ) as is_acute_inpatient,
        batch_id || ':' || cast(last_source_row as {{ dbt.type_string() }}) as evidence_key
    from final_version
)

select * from final_claim
