{#- Longer than the budget: four kinds of events with the same columns. -#}
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
acute_stay as (
    select
        stay.part2_view,
        stay.stay_key,
        stay.client_key,
        case when stay.setting = 'psychiatric' then 'psychiatric_stay' else 'medical_stay' end
            as event_kind,
        stay.admitted_at,
        stay.admit_date,
        case when not coalesce(stay.is_discharge_cancelled, false) then stay.discharge_date end
            as end_date,
        stay.discharged_at,
        coalesce(stay.is_to_community, true) as is_to_community,
        coalesce(stay.is_against_advice, false) as is_against_advice,
        stay.is_self_harm_any or stay.is_overdose_any as is_self_harm,
        coalesce(stay.came_through_ed, false) or coalesce(stay.is_emergency_admission, false)
            as is_emergency_admission,
        stay.setting = 'psychiatric' and earlier_stay.setting = 'psychiatric'
        and stay.is_part2 = earlier_stay.is_part2 as is_transfer,
        stay.is_part2,
        stay.evidence_table,
        stay.evidence_key
    from stay
    left join stay as earlier_stay
        on stay.transferred_from_stay_key = earlier_stay.stay_key
        and stay.part2_view = earlier_stay.part2_view
    where stay.client_key is not null and stay.stay_class = 'acute'
),

-- rules/risk-score.md#utilization: a direct transfer between psychiatric hospitals continues a stay
numbered_stay as (
    select
        *,
        sum(case when is_transfer then 0 else 1 end) over (
            partition by part2_view, client_key, event_kind, is_part2
            order by admitted_at, discharged_at nulls last, stay_key
            rows between unbounded preceding and current row
        ) as chain_number
    from acute_stay
),

chained_stay as (
    select
        *,
        min(admit_date) over chain as start_date,
        max(case when is_self_harm then 1 else 0 end) over chain = 1 as has_self_harm,
        first_value(is_emergency_admission) over (
            partition by part2_view, client_key, event_kind, is_part2, chain_number
            order by admitted_at, discharged_at nulls last, stay_key
            rows between unbounded preceding and current row
        ) as began_as_emergency,
        row_number() over (
            partition by part2_view, client_key, event_kind, is_part2, chain_number
            order by admitted_at desc, discharged_at desc nulls first, stay_key desc
        ) as last_rank
    from numbered_stay
    window chain as (partition by part2_view, client_key, event_kind, is_part2, chain_number)
),

-- The last stay of a chain gives its end, key and evidence.
inpatient_stay as (
    select
        part2_view,
        stay_key as event_key,
        client_key,
        event_kind,
        start_date,
        end_date,
        discharged_at as ended_at,
        is_to_community,
        is_against_advice,
        has_self_harm as is_self_harm,
        began_as_emergency as is_emergency_admission,
        is_part2,
        evidence_table,
        evidence_key
    from chained_stay
    where last_rank = 1
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
        false as is_emergency_admission,
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
        false as is_emergency_admission,
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
        false as is_emergency_admission,
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
