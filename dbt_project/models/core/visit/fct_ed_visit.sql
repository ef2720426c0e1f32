{# Longer than the budget: half of it are its many columns. #}
with disposition as (
    select * from {{ ref('discharge_disposition') }}
),

stay as (
    select * from {{ ref('fct_stay') }}
    where stay_class in ('acute', 'nonacute')
),

own_stay as (
    select merged.event_id
    from {{ ref('int_stay__merged') }} as merged
    inner join stay on merged.stay_key = stay.stay_key
),

member as (
    select
        {{ surrogate_key(["'emergency'", 'merged.first_event_id']) }} as ed_visit_key,
        event.*,
        event.sender = 'adt' as is_adt,
        case event.sender when 'clinician' then 3 when 'adt' then 2 else 1 end as coding_order,
        own_stay.event_id is not null and event.sender = 'adt' as is_admitted_by_adt
    from {{ ref('int_ed_visit__merged') }} as merged
    inner join {{ ref('int_hospital_event__described') }} as event
        on merged.event_id = event.event_id and event.event_kind = 'emergency'
    left join own_stay on event.event_id = own_stay.event_id
),

ranked_member as (
    select
        *,
        row_number() over (
            partition by ed_visit_key
            order by
                principal_diagnosis_code is null, coding_order, end_date desc nulls last, event_id
        ) = 1 as is_coding,
        row_number() over (
            partition by ed_visit_key
            order by
                case when is_adt then 1 when sender = 'clinician' then 3 else 2 end,
                start_date desc, end_date desc nulls last, event_id
        ) = 1 as is_timing,
        bool_or(is_adt) over (partition by ed_visit_key) as has_adt
    from member
),

summarized_visit as (
    select
        ed_visit_key,
        max(client_key) as client_key,
        {%- for column in [
            'facility_id', 'facility_name', 'facility_type', 'ended_at', 'end_date',
            'end_precision', 'evidence_table', 'evidence_key'
        ] %}
        max(case when is_timing then {{ column }} end) as {{ column }},
        {%- endfor %}
        max(case when is_timing then known_at end) as received_at,
        min(case when is_adt = has_adt then started_at end) as started_at,
        min(case when is_adt = has_adt then start_date end) as visit_date,
        coalesce(
            max(case when is_timing then discharge_disposition_code end),
            max(discharge_disposition_code)
        ) as discharge_disposition_code,
        max(case when is_coding then principal_diagnosis_code end) as principal_diagnosis_code,
        max(case when is_coding then principal_mask end) as principal_mask,
        bit_or(diagnosis_mask) as diagnosis_mask,
        min(reported_setting) as reported_setting,
        bool_or(is_admitted_by_adt) as is_admitted_by_adt,
        bool_or(sender in ('claims', 'clinician')) as has_claim,
        bool_or(is_adt) as has_adt,
        bool_or(is_part2) as is_part2,
        bool_or(has_died) as has_died,
        sum(paid_usd) as paid_usd,
        count(*) as event_count
    from ranked_member
    group by ed_visit_key
),

-- admitted on the day they left; after midnight counts at the same facility, on a transfer, or
-- where nobody knows the end
admitted_visit as (
    select distinct visit.ed_visit_key
    from summarized_visit as visit
    left join disposition
        on visit.discharge_disposition_code = disposition.discharge_disposition_code
    inner join stay
        on
        visit.client_key = stay.client_key
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
        visit.is_admitted_by_adt or admitted_visit.ed_visit_key is not null as became_inpatient,
        disposition.is_to_community as is_community_disposition,
        visit.has_died or coalesce(disposition.category = 'died', false) as died
    from summarized_visit as visit
    left join disposition
        on visit.discharge_disposition_code = disposition.discharge_disposition_code
    left join admitted_visit on visit.ed_visit_key = admitted_visit.ed_visit_key
),

ed_visit as (
    select
        ed_visit_key,
        client_key,
        facility_id,
        facility_name,
        facility_type,
        {{ event_setting('reported_setting', 'principal_mask', "'emergency'", 'diagnosis_mask') }}
            as setting,
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
        {%- for column, mask, name in [
            ('is_mental_principal_2024', 'principal_mask', 'is_mental_principal_2024'),
            ('is_mental_principal_2025', 'principal_mask', 'is_mental_principal_2025'),
            ('is_self_harm_principal', 'principal_mask', 'is_self_harm'),
            ('is_sud_principal', 'principal_mask', 'is_sud'),
            ('is_mental_any', 'diagnosis_mask', 'is_mental_any'),
            ('is_self_harm_any', 'diagnosis_mask', 'is_self_harm'),
            ('is_overdose_any', 'diagnosis_mask', 'is_overdose'),
        ] %}
        {{ has_diagnosis(mask, name) }} as {{ column }},
        {%- endfor %}
        -- rules/encounters-and-claims.md#ed-visits: principal mental or substance-use diagnosis, or
        -- harm in any position
        {{ has_diagnosis('principal_mask', 'is_behavioral') }}
        or {{ has_diagnosis('diagnosis_mask', 'is_self_harm') }}
        or {{ has_diagnosis('diagnosis_mask', 'is_overdose') }} as is_behavioral,
        became_inpatient,
        has_claim,
        has_adt,
        died,
        paid_usd,
        event_count,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from evaluated_visit
)

select * from ed_visit
