-- Lane 0: a positive safety answer, self-harm or overdose, a crisis.
create temp table safety_opening as
with event as (
    select
        client_key, case when instrument = 'cssrs' then 'cssrs_high' else 'phq9_item9' end as task_type,
        hash('screening', screening_key) as event_hash, screening_key as event_key, administered_at as event_at,
        administered_date as event_date, reviewed_at as resolved_at, not has_review_feed as has_expiry,
        null as facility_name, null as setting, is_part2
    from fct_screening
    where level in (select level from seed_screening_level where opens_safety_task)
        or item_9 >= (select value from seed_task_setting where name = 'safety_item_from')
    union all
    select
        client_key, case when is_self_harm_any then 'self_harm' else 'overdose' end,
        hash('harm', client_key, facility_id, event_at), event_key, event_at, local_date(event_at), null, true,
        facility_name, setting, is_part2
    from (
        -- an emergency visit counts from its start, a stay from its discharge
        select client_key, is_self_harm_any, facility_id, facility_name, setting, ed_visit_key as event_key,
            started_at as event_at, has_adt, received_at, is_part2
        from fct_ed_visit where (is_self_harm_any or is_overdose_any) and not became_inpatient
        union all
        select client_key, is_self_harm_any, facility_id, facility_name, setting, stay_key, discharged_at, has_adt,
            received_at, is_part2
        from fct_stay where (is_self_harm_any or is_overdose_any) and is_to_community and discharged_at is not null
    )
    where has_adt or received_at <= event_at + (
        select cast(value as integer) from seed_task_setting where name = 'claims_notice_days'
    ) * interval '1 day'
    union all
    select
        client_key, case when is_self_harm_any then 'self_harm' else 'overdose' end, hash('visit', visit_key), visit_key,
        started_at, visit_date, null, true, null, null, is_part2
    from fct_visit where is_self_harm_any or is_overdose_any
    union all
    select client_key, 'crisis_contact', hash('crisis', client_key, started_at, channel), crisis_contact_key, started_at,
        local_date(started_at), null, true, null, null, is_part2
    from (
        from reported_crisis where channel in ('visit', 'mobile')
        qualify row_number() over (
            partition by crisis_contact_key order by is_part2, channel_order, started_at, event_id
        ) = 1
    )
    where channel = 'visit' or received_at <= started_at + (
        select cast(value as integer) from seed_task_setting where name = 'claims_notice_days'
    ) * interval '1 day'
)
select
    event_key, no_part2, event.client_key, lane, event.task_type, event_at, event_at as opened_at, ends_at as due_at,
    case when has_expiry then event_at + expires_days * interval '1 day' end as expires_at, 'expired' as expiry_reason,
    greatest(resolved_at, case when resolved_at is not null then event_at end) as resolved_at, 'reviewed' as resolution_reason,
    true as answered_by_contact, true as answered_by_visit, false as follows_discharge, event.is_part2, event_date, facility_name as event_facility,
    setting as event_setting
from (
    from event
    qualify row_number() over (partition by event_hash order by task_type desc, event_key) = 1
) as event
inner join seed_task_type as task_type on event.task_type = task_type.task_type
inner join client_part2_view on event.client_key = client_part2_view.client_key and not (no_part2 and is_part2)
left join day on event_date + cast(due_days as integer) = day.day;
