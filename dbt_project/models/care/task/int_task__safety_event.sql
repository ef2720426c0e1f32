{# Longer than the budget: everything that opens lane 0 is in one model. #}
with client as (
    select client_key, client_id from {{ ref('dim_client') }}
    where is_agency_client
),

task_setting as (
    select
        max(case when name = 'claims_notice_days' then cast(value as integer) end) as notice_days,
        max(case when name = 'safety_item_from' then value end) as safety_item_from
    from {{ ref('task_setting') }}
),

level as (
    select level from {{ ref('screening_level') }}
    where opens_safety_task
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

-- rules/tasks-and-lanes.md#lane-0: open until a review, also after a lower score
screening_event as (
    select
        cast(null as {{ dbt.type_string() }}) as hospital_view,
        screening.client_key,
        case when screening.instrument = 'cssrs' then 'cssrs_high' else 'phq9_item9' end
            as task_type,
        {{ surrogate_key(["'screening'", 'screening.screening_key']) }} as event_hash,
        screening.screening_key as event_key,
        screening.administered_at as event_at,
        screening.reviewed_at as resolved_at,
        not screening.has_review_feed as has_expiry,
        cast(null as {{ dbt.type_string() }}) as facility_name,
        cast(null as {{ dbt.type_string() }}) as setting,
        screening.is_part2,
        screening.evidence_table,
        screening.evidence_key
    from {{ ref('fct_screening') }} as screening
    cross join task_setting
    left join level on screening.level = level.level
    where level.level is not null or screening.item_9 >= task_setting.safety_item_from
),

-- an ED visit counts from its start, a stay from its discharge home, an agency visit with such a
-- diagnosis from its start; rules/privacy.md#merged-records: stays and visits as their view has
-- them
acute_event as (
    select
        part2_view as hospital_view, client_key, is_self_harm_any, facility_id as place_id,
        facility_name, setting,
        ed_visit_key as event_key, started_at as event_at, not has_adt as is_claims_only,
        received_at, is_part2, evidence_table, evidence_key
    from {{ ref('int_ed_visit__by_part2_view') }}
    where (is_self_harm_any or is_overdose_any) and not became_inpatient
    union all
    select
        part2_view as hospital_view, client_key, is_self_harm_any, facility_id as place_id,
        facility_name, setting,
        stay_key as event_key, discharged_at as event_at, not has_adt as is_claims_only,
        received_at, is_part2, evidence_table, evidence_key
    from {{ ref('int_stay__by_part2_view') }}
    where (is_self_harm_any or is_overdose_any) and is_to_community
        and discharged_at is not null
    union all
    select
        null as hospital_view, client_key, is_self_harm_any, visit_id as place_id,
        cast(null as {{ dbt.type_string() }}) as facility_name,
        cast(null as {{ dbt.type_string() }}) as setting,
        visit_key as event_key, started_at as event_at, false as is_claims_only,
        received_at, is_part2, evidence_table, evidence_key
    from {{ ref('fct_visit') }}
    where is_self_harm_any or is_overdose_any
),

harm_event as (
    select
        hospital_view,
        client_key,
        case when is_self_harm_any then 'self_harm' else 'overdose' end as task_type,
        'harm' as hash_kind,
        place_id,
        event_key,
        event_at,
        facility_name,
        setting,
        is_claims_only,
        received_at,
        is_part2,
        evidence_table,
        evidence_key
    from acute_event
),

-- a stay in a crisis center opens lane 1, and an intake is no contact about a crisis yet
ranked_crisis as (
    select
        *,
        row_number() over (
            partition by crisis_contact_key
            order by is_part2, channel_order, started_at, event_id
        ) as crisis_rank
    from {{ ref('int_crisis_contact__reported') }}
    where channel in ('visit', 'mobile')
),

crisis_event as (
    select
        cast(null as {{ dbt.type_string() }}) as hospital_view,
        client_key,
        'crisis_contact' as task_type,
        'crisis' as hash_kind,
        channel as place_id,
        crisis_contact_key as event_key,
        started_at as event_at,
        cast(null as {{ dbt.type_string() }}) as facility_name,
        cast(null as {{ dbt.type_string() }}) as setting,
        channel = 'mobile' as is_claims_only,
        received_at,
        is_part2,
        evidence_table,
        evidence_key
    from ranked_crisis
    where crisis_rank = 1
),

reported_event as (
    select * from harm_event
    union all
    select * from crisis_event
),

expiring_event as (
    select
        event.hospital_view,
        event.client_key,
        event.task_type,
        {{ surrogate_key(['event.hash_kind', 'client.client_id', 'event.place_id',
            'event.event_at']) }} as event_hash,
        event.event_key,
        event.event_at,
        cast(null as timestamp with time zone) as resolved_at,
        true as has_expiry,
        event.facility_name,
        event.setting,
        event.is_part2,
        event.evidence_table,
        event.evidence_key
    from reported_event as event
    inner join client on event.client_key = client.client_key
    cross join task_setting
    where not event.is_claims_only
        or event.received_at
        <= event.event_at + task_setting.notice_days * interval '1 day'
),

event as (
    select * from screening_event
    union all
    select * from expiring_event
),

viewed_event as (
    select client_part2_view.part2_view, event.* exclude (hospital_view)
    from event
    inner join client_part2_view
        on event.client_key = client_part2_view.client_key
        and coalesce(
            event.hospital_view = client_part2_view.part2_view,
            client_part2_view.part2_view = 'full' or not event.is_part2
        )
),

ranked_event as (
    select
        *,
        row_number() over (
            partition by part2_view, event_hash
            order by is_part2, task_type desc, event_key
        ) as event_rank
    from viewed_event
),

safety_event as (
    select * from ranked_event
    where event_rank = 1
)

select * from safety_event
