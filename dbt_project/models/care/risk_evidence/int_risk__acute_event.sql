with
stay as (
    select * from {{ ref('int_stay__by_part2_view') }}
),

ed_visit as (
    select * from {{ ref('int_ed_visit__by_part2_view') }}
),

crisis_contact as (
    select 'full' as part2_view, crisis_contact.*
    from {{ ref('fct_crisis_contact') }} as crisis_contact
    union all
    select 'redacted' as part2_view, crisis_contact.*
    from {{ ref('fct_crisis_contact') }} as crisis_contact
    where not crisis_contact.is_part2
),

-- rules/risk-score.md#transition: a stay of unknown setting counts as a medical stay, which gives
-- fewer points
inpatient_stay as (
    select
        part2_view,
        stay_key as event_key,
        client_key,
        case when setting = 'psychiatric' then 'psychiatric_stay' else 'medical_stay' end
            as event_kind,
        admit_date as start_date,
        case when not coalesce(is_discharge_cancelled, false) then discharge_date end as end_date,
        discharged_at as ended_at,
        coalesce(is_to_community, true) as is_to_community,
        coalesce(is_against_advice, false) as is_against_advice,
        coalesce(is_self_harm_any, false) or coalesce(is_overdose_any, false) as is_self_harm,
        is_part2,
        evidence_table,
        evidence_key
    from stay
    where client_key is not null and stay_class = 'acute'
),

observation_stay as (
    select
        part2_view,
        stay_key as event_key,
        client_key,
        'observation' as event_kind,
        admit_date as start_date,
        case when not coalesce(is_discharge_cancelled, false) then discharge_date end as end_date,
        discharged_at as ended_at,
        coalesce(is_to_community, true) as is_to_community,
        coalesce(is_against_advice, false) as is_against_advice,
        coalesce(is_self_harm_any, false) or coalesce(is_overdose_any, false) as is_self_harm,
        is_part2,
        evidence_table,
        evidence_key
    from stay
    where client_key is not null and stay_class = 'observation'
),

-- An ED visit that became a stay counts as the stay only.
emergency_visit as (
    select
        part2_view,
        ed_visit_key as event_key,
        client_key,
        case when is_behavioral then 'behavioral_ed' else 'other_ed' end as event_kind,
        visit_date as start_date,
        visit_date as end_date,
        coalesce(ended_at, started_at) as ended_at,
        coalesce(is_to_community, true) as is_to_community,
        false as is_against_advice,
        coalesce(is_self_harm_any, false) or coalesce(is_overdose_any, false) as is_self_harm,
        is_part2,
        evidence_table,
        evidence_key
    from ed_visit
    where client_key is not null and not coalesce(became_inpatient, false)
),

crisis as (
    select
        part2_view,
        crisis_contact_key as event_key,
        client_key,
        case when channel = 'center' then 'crisis_center' else 'crisis_contact' end as event_kind,
        contact_date as start_date,
        contact_date as end_date,
        started_at as ended_at,
        channel = 'center' as is_to_community,
        false as is_against_advice,
        false as is_self_harm,
        is_part2,
        evidence_table,
        evidence_key
    from crisis_contact
    where client_key is not null
),

acute_event as (
    select * from inpatient_stay
    union all
    select * from observation_stay
    union all
    select * from emergency_visit
    union all
    select * from crisis
)

select * from acute_event
