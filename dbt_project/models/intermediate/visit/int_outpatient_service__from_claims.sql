{{ config(materialized='view') }}

with claim as (
    select
        *,
        first_service_date < last_service_date as has_many_days
    from {{ ref('int_claim__final') }}
    where
        not is_denied
        and not is_acute_inpatient
        and (
            {{ has_setting('setting_mask', 'follow_up') }}
            or {{ has_setting('setting_mask', 'residential') }}
        )
        -- spec 2.7 to 2.9: neither the provider nor any diagnosis could make it count
        and (
            {{ has_setting('setting_mask', 'mental_health_taxonomy') }}
            or {{ has_setting('setting_mask', 'mental_health_place') }}
            or {{ has_setting('setting_mask', 'peer_support') }}
            or {{ has_setting('setting_mask', 'residential') }}
            or {{ has_diagnosis('diagnosis_mask', 'is_mental_any') }}
            or {{ has_diagnosis('diagnosis_mask', 'is_sud') }}
            or {{ has_diagnosis('diagnosis_mask', 'is_overdose') }}
        )
),

batch as (
    select batch_id, batch_rank, first_received_at from {{ ref('stg_caseload__batch_order') }}
),

-- a claim of several days is several visits: the days of its lines, read again for these claims
-- only
claim_day as (
    select claim_hash, coalesce(first_service_date, start_date) as service_date
    from claim
    where not coalesce(has_many_days, false)
    union
    select line.claim_hash, line.service_date
    from {{ ref('int_claim_line__classified') }} as line
    semi join claim on line.claim_hash = claim.claim_hash and claim.has_many_days
    where line.is_payable and {{ has_setting('line.setting_mask', 'follow_up') }}
),

claim_service as (
    select
        {{ surrogate_key(["'claims'", 'claim.claim_hash', 'claim_day.service_date']) }}
            as service_key,
        claim.client_key,
        claim_day.service_date,
        'reporting' as basis,
        {{ has_setting('claim.setting_mask', 'follow_up') }} as is_follow_up_setting,
        -- spec 3.2: the taxonomy where the source has one, else the place; else nobody knows
        case
            when {{ has_setting('claim.setting_mask', 'mental_health_taxonomy') }} then true
            when {{ has_setting('claim.setting_mask', 'known_taxonomy') }} then false
            when {{ has_setting('claim.setting_mask', 'mental_health_place') }} then true
        end as is_mental_health_provider,
        {{ has_diagnosis('claim.principal_mask', 'is_mental_any') }} as is_mental_principal,
        {{ has_diagnosis('claim.diagnosis_mask', 'is_mental_any') }} as is_mental_any,
        {{ has_diagnosis('claim.diagnosis_mask', 'is_self_harm') }} as is_self_harm_any,
        {{ has_diagnosis('claim.diagnosis_mask', 'is_sud') }} as is_sud_any,
        {{ has_diagnosis('claim.diagnosis_mask', 'is_overdose') }} as is_overdose_any,
        {{ has_setting('claim.setting_mask', 'residential') }} as is_residential,
        {{ has_setting('claim.setting_mask', 'peer_support') }} as is_peer_support,
        {{ has_setting('claim.setting_mask', 'part2_provider') }} as is_part2,
        batch.first_received_at as received_at,
        'raw_claims.medical_claim' as evidence_table,
        {{ claim_evidence_key('claim.evidence_row', 'batch.batch_id') }} as evidence_key
    from claim
    inner join claim_day on claim.claim_hash = claim_day.claim_hash
    left join batch on {{ claim_batch_rank('claim.evidence_row') }} = batch.batch_rank
)

select * from claim_service
