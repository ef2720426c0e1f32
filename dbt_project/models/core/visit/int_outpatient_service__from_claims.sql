with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

claim as (
    select * from {{ ref('int_claim__final') }}
    where not is_denied and not is_acute_inpatient
),

diagnosis as (
    select * from {{ ref('int_claim_diagnosis__classified') }}
),

-- each condition of a visit must hold on one line; the diagnoses are those of the claim. Lines of
-- one day with the same flags are one service, and merging them first keeps the joins small
service_line as (
    select
        line.claim_id_key,
        line.frequency,
        line.is_reversal,
        line.service_date,
        line.is_follow_up as is_follow_up_setting,
        line.is_mental_health_provider,
        line.is_residential,
        line.is_peer_support,
        line.is_sud_service,
        line.is_withdrawal_service,
        bool_or(line.is_mental_health_place) as is_mental_health_place
    from {{ ref('int_claim_line__classified') }} as line
    cross join run
    where
        line.is_payable
        and {{ dated_by_as_of('line.service_date') }}
        and (line.is_follow_up or line.is_residential or line.is_sud_service)
    group by
        line.claim_id_key, line.frequency, line.is_reversal, line.service_date,
        line.is_follow_up, line.is_mental_health_provider, line.is_residential,
        line.is_peer_support, line.is_sud_service, line.is_withdrawal_service
),

-- rules/measures/fuh.md#follow-up: without a mental-health provider, place or diagnosis, only peer
-- support and residential services count
claim_service as (
    select
        claim.claim_key,
        claim.client_key,
        line.service_date,
        line.is_follow_up_setting,
        line.is_mental_health_provider,
        coalesce(diagnosis.is_mental_principal, false) as is_mental_principal,
        coalesce(diagnosis.is_mental_any, false) as is_mental_any,
        coalesce(diagnosis.is_self_harm_principal, false) as is_self_harm_principal,
        coalesce(diagnosis.is_self_harm_any, false) as is_self_harm_any,
        coalesce(diagnosis.is_sud_any, false) as is_sud_any,
        coalesce(diagnosis.is_aud_any, false) as is_aud_any,
        coalesce(diagnosis.is_oud_any, false) as is_oud_any,
        coalesce(diagnosis.is_other_drug_any, false) as is_other_drug_any,
        coalesce(diagnosis.is_overdose_any, false) as is_overdose_any,
        line.is_residential,
        line.is_peer_support,
        line.is_sud_service,
        line.is_withdrawal_service,
        coalesce(claim.is_emergency or claim.is_emergency_place, false) as is_emergency,
        claim.is_part2,
        claim.received_at,
        claim.evidence_table,
        claim.evidence_key
    from service_line as line
    inner join claim
        on
        line.claim_id_key = claim.claim_id_key
        and line.frequency = claim.frequency
        and line.is_reversal = claim.is_reversal
    left join diagnosis
        on
        line.claim_id_key = diagnosis.claim_id_key
        and line.frequency = diagnosis.frequency
        and line.is_reversal = diagnosis.is_reversal
    where
        line.is_mental_health_provider
        or line.is_mental_health_place
        or line.is_peer_support
        or line.is_residential
        or diagnosis.is_mental_any
        or diagnosis.is_sud_any
        or diagnosis.is_overdose_any
),

outpatient_service as (
    select
        {{ surrogate_key([
            'claim_key', 'service_date', 'is_follow_up_setting', 'is_mental_health_provider',
            'is_residential', 'is_peer_support', 'is_sud_service',
            'is_withdrawal_service',
        ]) }} as service_key,
        client_key,
        service_date,
        'reporting' as basis,
        is_follow_up_setting,
        is_mental_health_provider,
        is_mental_principal,
        is_mental_any,
        is_self_harm_principal,
        is_self_harm_any,
        is_sud_any,
        is_aud_any,
        is_oud_any,
        is_other_drug_any,
        is_overdose_any,
        is_residential,
        is_peer_support,
        is_sud_service,
        is_withdrawal_service,
        is_emergency,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from claim_service
)

select * from outpatient_service
