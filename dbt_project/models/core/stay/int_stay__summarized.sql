{{ config(materialized='view') }}

{#
    The alert knows the times (to the minute), the claim the diagnosis (coded by the hospital's billing
    office): each column comes from the basis that knows it best, and from the latest of several events.
#}
with member as (
    select
        merged.part2_view,
        merged.stay_key,
        event.*,
        coalesce(event.end_date, event.last_seen_date, event.start_date) as known_end_date,
        event.event_basis = 'alert' as is_alert,
        case event.event_basis
            when 'professional_claim' then 3
            when 'alert' then 2
            else 1
        end as coding_order
    from {{ ref('int_stay__merged') }} as merged
    inner join {{ ref('int_hospital_event__described') }} as event
        on merged.event_id = event.event_id and event.event_kind = 'stay'
),

ranked_member as (
    select
        *,
        row_number() over (
            partition by part2_view, stay_key
            order by
                principal_diagnosis_code is null, coding_order, known_end_date desc, event_id
        ) = 1 as is_coding,
        -- the last of the alerts, and the last of the claims
        row_number() over (
            partition by part2_view, stay_key, is_alert
            order by
                case when event_basis = 'professional_claim' then 1 else 0 end, start_date desc,
                known_end_date desc, event_id
        ) = 1 as is_last,
        min(case when event_basis = 'professional_claim' then 3 when is_alert then 1 else 2 end)
            over (
                partition by part2_view, stay_key
            )
        = case when event_basis = 'professional_claim' then 3 when is_alert then 1 else 2
        end as is_timing
    from member
),

summarized_stay as (
    select
        part2_view,
        stay_key,
        max(client_key) as client_key,
        max(case when is_coding then stay_class end) as stay_class,
        max(case when is_coding then principal_diagnosis_code end) as principal_diagnosis_code,
        bool_or(is_mental_any) as is_mental_any,
        bool_or(is_self_harm_any) as is_self_harm_any,
        bool_or(is_sud_any) as is_sud_any,
        bool_or(is_aud_any) as is_aud_any,
        bool_or(is_oud_any) as is_oud_any,
        bool_or(is_other_drug_any) as is_other_drug_any,
        bool_or(is_overdose_any) as is_overdose_any,
        min(reported_setting) as reported_setting,
        min(case when is_timing then started_at end) as admitted_at,
        min(case when is_timing then start_date end) as admit_date,
        {%- for column in [
            'facility_id', 'facility_name', 'facility_type', 'ended_at', 'end_date',
            'end_precision', 'discharge_disposition_code', 'known_at', 'evidence_table',
            'evidence_key'
        ] %}
        max(case when is_alert and is_last then {{ column }} end) as alert_{{ column }},
        max(case when not is_alert and is_last then {{ column }} end) as claim_{{ column }},
        {%- endfor %}
        min(case when not is_alert then start_date end) as claim_start_date,
        max(known_end_date) as last_seen_date,
        bool_or(came_through_ed) as came_through_ed,
        bool_or(is_emergency_admission) as is_emergency_admission,
        bool_or(event_basis in ('institutional_claim', 'professional_claim')) as has_claim,
        bool_or(is_alert) as has_adt,
        bool_or(is_hospice) as is_hospice,
        bool_or(has_died) as has_died,
        bool_or(is_part2) as is_part2,
        bool_or(is_alert and is_last and is_discharge_cancelled) as is_discharge_cancelled,
        max(case when is_alert and is_last then cancelled_discharge_at end)
            as cancelled_discharge_at,
        sum(paid_usd) as paid_usd,
        count(*) as event_count
    from ranked_member
    group by part2_view, stay_key
)

select * from summarized_stay
