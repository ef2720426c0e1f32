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

-- rules/tasks-and-lanes.md#lane-0: open until a review, also after a lower score
screening_event as (
    select
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

-- an ED visit counts from its start, a stay from its discharge home
acute_event as (
    select
        client_key, is_self_harm_any, facility_id, facility_name, setting,
        ed_visit_key as event_key, started_at as event_at, has_adt, received_at,
        is_part2, evidence_table, evidence_key
    from {{ ref('fct_ed_visit') }}
    where (is_self_harm_any or is_overdose_any) and not became_inpatient
    union all
    select
        client_key, is_self_harm_any, facility_id, facility_name, setting,
        stay_key as event_key, discharged_at as event_at, has_adt, received_at,
        is_part2, evidence_table, evidence_key
    from {{ ref('fct_stay') }}
    where (is_self_harm_any or is_overdose_any) and is_to_community
        and discharged_at is not null
),

harm_event as (
    select
        acute_event.client_key,
        case when acute_event.is_self_harm_any then 'self_harm' else 'overdose' end as task_type,
        {{ surrogate_key(["'harm'", 'client.client_id', 'acute_event.facility_id',
            'acute_event.event_at']) }} as event_hash,
        acute_event.event_key,
        acute_event.event_at,
        cast(null as timestamp with time zone) as resolved_at,
        true as has_expiry,
        acute_event.facility_name,
        acute_event.setting,
        acute_event.is_part2,
        acute_event.evidence_table,
        acute_event.evidence_key
    from acute_event
    inner join client on acute_event.client_key = client.client_key
    cross join task_setting
    where acute_event.has_adt
        or acute_event.received_at
        <= acute_event.event_at + task_setting.notice_days * interval '1 day'
),

crisis_event as (
    select
        contact.client_key,
        'crisis_contact' as task_type,
        {{ surrogate_key(["'crisis'", 'client.client_id', 'contact.started_at',
            'contact.channel']) }} as event_hash,
        contact.crisis_contact_key as event_key,
        contact.started_at as event_at,
        cast(null as timestamp with time zone) as resolved_at,
        true as has_expiry,
        cast(null as {{ dbt.type_string() }}) as facility_name,
        cast(null as {{ dbt.type_string() }}) as setting,
        contact.is_part2,
        contact.evidence_table,
        contact.evidence_key
    from {{ ref('fct_crisis_contact') }} as contact
    inner join client on contact.client_key = client.client_key
),

event as (
    select * from screening_event
    union all
    select * from harm_event
    union all
    select * from crisis_event
),

ranked_event as (
    select
        *,
        row_number() over (
            partition by event_hash order by is_part2, task_type desc, event_key
        ) as event_rank
    from event
),

safety_event as (
    select * from ranked_event
    where event_rank = 1
)

select * from safety_event
