{#
    Longer than the budget: half of it are its many columns.

    rules/privacy.md#merged-records: in the redacted view a visit is what the records say that are not Part
    2 records. A client without Part 2 hospital records has the same visits in both views.
#}
with disposition as (
    select * from {{ ref('discharge_disposition') }}
),

stay as (
    select * from {{ ref('int_stay__by_part2_view') }}
    where stay_class in ('acute', 'nonacute')
),

own_stay as (
    select merged.part2_view, merged.event_id
    from {{ ref('int_stay__merged') }} as merged
    inner join stay
        on merged.stay_key = stay.stay_key and merged.part2_view = stay.part2_view
),

member as (
    select
        merged.part2_view,
        {{ surrogate_key(["'emergency'", 'merged.first_event_id']) }} as ed_visit_key,
        event.*,
        event.event_basis = 'alert' as is_alert,
        case event.event_basis
            when 'professional_claim' then 3
            when 'alert' then 2
            else 1
        end as coding_order,
        own_stay.event_id is not null and event.event_basis = 'alert' as is_admitted_by_alert
    from {{ ref('int_ed_visit__merged') }} as merged
    inner join {{ ref('int_hospital_event__described') }} as event
        on merged.event_id = event.event_id and event.event_kind = 'emergency'
    left join own_stay
        on event.event_id = own_stay.event_id and merged.part2_view = own_stay.part2_view
),

ranked_member as (
    select
        *,
        row_number() over (
            partition by part2_view, ed_visit_key
            order by
                principal_diagnosis_code is null, coding_order, end_date desc nulls last, event_id
        ) = 1 as is_coding,
        row_number() over (
            partition by part2_view, ed_visit_key
            order by
                case
                    when is_alert then 1
                    when event_basis = 'professional_claim' then 3
                    else 2
                end,
                start_date desc, end_date desc nulls last, event_id
        ) = 1 as is_timing,
        bool_or(is_alert) over (partition by part2_view, ed_visit_key) as has_adt
    from member
),

summarized_visit as (
    select
        part2_view,
        ed_visit_key,
        max(client_key) as client_key,
        {%- for column in [
            'facility_id', 'facility_name', 'facility_type', 'ended_at', 'end_date',
            'end_precision', 'evidence_table', 'evidence_key'
        ] %}
        max(case when is_timing then {{ column }} end) as {{ column }},
        {%- endfor %}
        max(case when is_timing then known_at end) as received_at,
        min(case when is_alert = has_adt then started_at end) as started_at,
        min(case when is_alert = has_adt then start_date end) as visit_date,
        coalesce(
            max(case when is_timing then discharge_disposition_code end),
            max(discharge_disposition_code)
        ) as discharge_disposition_code,
        max(case when is_coding then principal_diagnosis_code end) as principal_diagnosis_code,
        bool_or(is_mental_any) as is_mental_any,
        bool_or(is_self_harm_any) as is_self_harm_any,
        bool_or(is_sud_any) as is_sud_any,
        bool_or(is_aud_any) as is_aud_any,
        bool_or(is_oud_any) as is_oud_any,
        bool_or(is_other_drug_any) as is_other_drug_any,
        bool_or(is_overdose_any) as is_overdose_any,
        min(reported_setting) as reported_setting,
        bool_or(is_admitted_by_alert) as is_admitted_by_alert,
        bool_or(event_basis in ('institutional_claim', 'professional_claim')) as has_claim,
        bool_or(is_alert) as has_adt,
        bool_or(is_part2) as is_part2,
        bool_or(has_died) as has_died,
        sum(paid_usd) as paid_usd,
        count(*) as event_count
    from ranked_member
    group by part2_view, ed_visit_key
),

-- admitted on the day they left; after midnight counts at the same facility, on a transfer, or
-- where the end is unknown
admitted_visit as (
    select distinct visit.part2_view, visit.ed_visit_key
    from summarized_visit as visit
    left join disposition
        on visit.discharge_disposition_code = disposition.discharge_disposition_code
    inner join stay
        on
        visit.client_key = stay.client_key
        and visit.part2_view = stay.part2_view
        and stay.admit_date >= visit.visit_date
        and stay.admit_date <= coalesce(visit.end_date, visit.visit_date)
        + case
            when
                visit.facility_id = stay.facility_id
                or visit.end_date is null
                or visit.end_precision = 'unknown'
                or disposition.category = 'transfer'
                then 1
            else 0
        end
),

evaluated_visit as (
    select
        visit.*,
        visit.is_admitted_by_alert or admitted_visit.ed_visit_key is not null as became_inpatient,
        disposition.is_to_community as is_community_disposition,
        visit.has_died or coalesce(disposition.category = 'died', false) as died,
        {{ event_setting(
            'visit.reported_setting', "'emergency'", 'principal_diagnosis',
            'visit.is_self_harm_any', 'visit.is_overdose_any'
        ) }} as setting,
        coalesce(principal_diagnosis.is_mental_principal_2024, false) as is_mental_principal_2024,
        coalesce(principal_diagnosis.is_mental_principal_2025, false) as is_mental_principal_2025,
        coalesce(principal_diagnosis.is_self_harm, false) as is_self_harm_principal,
        coalesce(principal_diagnosis.is_sud, false) as is_sud_principal,
        coalesce(principal_diagnosis.is_behavioral, false) as is_behavioral_principal
    from summarized_visit as visit
    left join disposition
        on visit.discharge_disposition_code = disposition.discharge_disposition_code
    left join admitted_visit
        on visit.ed_visit_key = admitted_visit.ed_visit_key
        and visit.part2_view = admitted_visit.part2_view
    left join {{ ref('int_code__classified') }} as principal_diagnosis
        on visit.principal_diagnosis_code = principal_diagnosis.code
),

merged_visit as (
    select
        part2_view,
        ed_visit_key,
        client_key,
        facility_id,
        facility_name,
        facility_type,
        setting,
        started_at,
        visit_date,
        ended_at,
        end_date,
        end_precision,
        discharge_disposition_code,
        ended_at is not null
        and end_precision <> 'unknown'
        and not became_inpatient
        and not died
        and coalesce(is_community_disposition, true) as is_to_community,
        principal_diagnosis_code,
        is_mental_principal_2024,
        is_mental_principal_2025,
        is_mental_any,
        is_self_harm_principal,
        is_self_harm_any,
        is_sud_principal,
        is_sud_any,
        is_aud_any,
        is_oud_any,
        is_other_drug_any,
        is_overdose_any,
        -- rules/encounters-and-claims.md#ed-visits: principal mental or substance-use diagnosis, or
        -- harm in any position
        is_behavioral_principal or is_self_harm_any or is_overdose_any as is_behavioral,
        became_inpatient,
        has_claim,
        has_adt,
        died,
        cast(paid_usd as decimal(18, 4)) as paid_usd,
        event_count,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from evaluated_visit
),

{{ shown_in_both_views('merged_visit', 'ed_visit') }}

select * from ed_visit
