{{ config(materialized='view') }}

with claim as (
    select * from {{ ref('int_claim__final') }}
    where
        not is_denied
        and not is_acute_inpatient
        and (
            follow_up_days_mask > 0
            or {{ has_setting('setting_mask', 'residential') }}
        )
        -- rules/measures/fuh.md#follow-up: neither the provider nor any diagnosis could make it
        -- count
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
    select * from {{ ref('stg_caseload__batch_order') }}
),

day_number as (
    {%- for n in range(last_claim_day() | int + 1) %}
    select {{ n }} as service_day, cast(1 as bigint) << cast({{ n }} as bigint) as day_bit
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- nearly every claim has one day, its first; a claim of several days is several visits
claim_day as (
    select
        *,
        follow_up_days_mask > 0 as is_follow_up,
        start_date as service_date
    from claim
    where follow_up_days_mask <= 1
    union all
    select
        claim.*,
        true as is_follow_up,
        claim.start_date + day_number.service_day as service_date
    from claim
    inner join day_number on (claim.follow_up_days_mask & day_number.day_bit) > 0
    where claim.follow_up_days_mask > 1
),

claim_service as (
    select
        {{ row_hash(['claim.claim_key', 'claim.service_date']) }} as service_key,
        claim.client_key,
        claim.service_date,
        'reporting' as basis,
        claim.is_follow_up as is_follow_up_setting,
        -- rules/encounters-and-claims.md#services: the taxonomy where the source has one, else the
        -- place; else nobody knows
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
        first_batch.first_received_at as received_at,
        {{ claim_evidence_table('batch.source', 'claim.evidence_row') }} as evidence_table,
        {{ claim_evidence_key('claim.evidence_row', 'batch.batch_id', 'batch.source') }}
            as evidence_key
    from claim_day as claim
    left join batch as first_batch on claim.first_batch_rank = first_batch.batch_rank
    left join batch on {{ claim_batch_rank('claim.evidence_row') }} = batch.batch_rank
)

select * from claim_service
