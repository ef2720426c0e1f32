-- The call, the visit and its claim are one crisis; a record without Part 2 represents it if there is one.
create temp table reported_crisis as
with reported_service as (
    select 'center' as channel, 1 as channel_order, stay_key as event_id, client_key, admitted_at as started_at,
        admit_date as contact_date, is_part2, cast(null as timestamptz) as received_at
    from fct_stay where stay_class = 'crisis'
    union all
    select 'visit', 2, visit_key, client_key, started_at, visit_date, is_part2, null
    from fct_visit where is_crisis
    union all
    select 'intake', 3, intake_key, client_key, first_contact_at, first_contact_date, is_part2, null
    from fct_intake where urgency = 'crisis'
    union all
    select 'mobile', 4, cast(claim_key as bigint), client_key, start_of_day(start_date), start_date,
        has(setting_mask, setting_bit('part2_provider')), delivery.received_at
    from claim_final
    left join delivery on first_rank = file_rank
    where not is_denied and has(setting_mask, setting_bit('crisis'))
)
select hash(coalesce(client_key, -event_id), contact_date) // 2 as crisis_contact_key, *
from reported_service;

create temp table fct_crisis_contact as
select * exclude (channel_order, event_id, received_at)
from reported_crisis
qualify row_number() over (
    partition by coalesce(client_key, -event_id), contact_date order by is_part2, channel_order, started_at, event_id
) = 1;

-- Outpatient services of claims that can count for a measure; a claim over several days is several visits.
create temp table claim_service as
select
    client_key, start_date + day as service_date,
    has_day(follow_up_days_mask, day) as is_follow_up_setting,
    has_day(substance_use_days_mask, day) as is_substance_use_service,
    -- the taxonomy if the source has one, else the place of service, else unknown
    case
        when has(setting_mask, setting_bit('mental_health_taxonomy')) then true
        when has(setting_mask, setting_bit('known_taxonomy')) then false
        when has(setting_mask, setting_bit('mental_health_place')) then true
    end as is_mental_health_provider,
    has(principal_mask, diagnosis_bit('is_mental_any')) as is_mental_principal,
    has(diagnosis_mask, diagnosis_bit('is_mental_any')) as is_mental_any,
    has(principal_mask, diagnosis_bit('is_self_harm')) as is_self_harm_principal,
    has(diagnosis_mask, diagnosis_bit('is_sud')) as is_sud_any,
    has(diagnosis_mask, diagnosis_bit('is_overdose')) as is_overdose_any,
    has(setting_mask, setting_bit('residential')) as is_residential,
    has(setting_mask, setting_bit('peer_support')) as is_peer_support,
    has(setting_mask, setting_bit('emergency') | setting_bit('emergency_place')) as is_emergency,
    has(setting_mask, setting_bit('part2_provider')) as is_part2
from (
    select
        *, follow_up_days_mask | substance_use_days_mask as days_mask,
        unnest(case
            when days_mask <= 1 then [0]
            else list_filter(range(63), lambda n: (days_mask & (cast(1 as bigint) << n)) > 0)
        end)::integer as day
    from claim_final
    where not is_denied and not is_acute_inpatient
        and (follow_up_days_mask | substance_use_days_mask > 0 or has(setting_mask, setting_bit('residential')))
        and (
            has(
                setting_mask,
                setting_bit('mental_health_taxonomy') | setting_bit('mental_health_place') | setting_bit('peer_support')
                | setting_bit('residential')
            )
            or has(diagnosis_mask, diagnosis_bit('is_mental_any') | diagnosis_bit('is_sud') | diagnosis_bit('is_overdose'))
        )
);

-- Medications for substance use that a claim says were administered or dispensed.
create temp table claim_medication as
select client_key, start_date + unnest(
    list_filter(range(63), lambda n: (medication_days_mask & (cast(1 as bigint) << n)) > 0)
)::integer as medication_date
from claim_final
where not is_denied and medication_days_mask > 0
union all
select client_key, dispensing_date
from (
    -- the last version of a fill counts; a reversal takes back the claim that it names, else its own
    select
        *, coalesce(claim_status = 'reversed', false) or days_supply < 0 as is_reversal,
        row_number() over (
            partition by data_source, payer, coalesce(original_claim_id, claim_id), claim_line_number order by _row desc
        ) = 1 as is_last
    from claims_pharmacy_claim
    semi join listed_drug using (ndc_code)
) as fill
inner join client_of_member using (data_source, person_id)
where is_last and not is_reversal and coalesce(claim_status <> 'denied', true) and dispensing_date <= as_of_date();
