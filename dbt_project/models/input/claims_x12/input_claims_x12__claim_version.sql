{{ config(materialized='view') }}

{#
    A provider uses one number for a claim and its corrections (CLM01), or a new number for each. A correction names the
    version that it replaces or voids by the payer's number (REF F8). So CLM01 and REF F8 together identify a version.
#}
with claim as (
    select
        *,
        coalesce(billing_npi, billing_tax_id, '') as provider_id,
        claim_frequency_code = '8' as is_void,
        case when claim_frequency_code in ('7', '8') then payer_claim_control_number end
            as replaced_sequence
    from {{ ref('stg_claims_x12__claim') }}
),

submitted_version as (
    select
        provider_id,
        claim_id,
        replaced_sequence,
        is_void,
        {{ x12_version_id('provider_id', 'claim_id', 'replaced_sequence') }} as version_id,
        billing_npi,
        payer_id,
        _batch_id,
        _source_row
    from claim
)

select * from submitted_version
