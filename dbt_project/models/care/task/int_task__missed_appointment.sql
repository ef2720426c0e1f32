with task_type as (
    select * from {{ ref('task_type') }}
    where lane = 3
),

calendar_day as (
    select * from {{ ref('int_task__day') }}
),

-- the key of the appointment serves as the hash of its task
valid_miss as (
    select
        missed.appointment_key as task_hash,
        missed.client_key,
        missed.appointment_id,
        missed.appointment_key,
        missed.service_line,
        missed.scheduled_at,
        missed.scheduled_date as missed_date,
        rescheduled_miss.rescheduled_at,
        rescheduled_miss.rescheduled_at_without_part2,
        {{ no_retraction() }},
        missed.is_part2,
        missed.evidence_table,
        missed.evidence_key
    from {{ ref('fct_appointment') }} as missed
    left join {{ ref('int_appointment__rescheduled') }} as rescheduled_miss
        on missed.appointment_key = rescheduled_miss.appointment_key
    where missed.client_key is not null and missed.status in ('no_show', 'late_cancel')
),

-- a miss that a later version cancelled, moved or rescheduled
retracted_miss as (
    select
        {{ surrogate_key(['appointment_id', 'scheduled_at']) }} as task_hash,
        client_key,
        appointment_id,
        appointment_key,
        service_line,
        scheduled_at,
        scheduled_date as missed_date,
        case when status = 'rescheduled' then coalesce(status_at, corrected_at) end
            as rescheduled_at,
        case when status = 'rescheduled' then coalesce(status_at, corrected_at) end
            as rescheduled_at_without_part2,
        case when coalesce(status, '') <> 'rescheduled' then corrected_at end as retracted_at,
        case when status in ('no_show', 'late_cancel') then 'superseded' else 'cancelled' end
            as retraction_type,
        is_part2,
        evidence_table,
        evidence_key
    from {{ ref('int_task__retracted_missed_appointment') }}
    where client_key is not null
),

missed as (
    select * from valid_miss
    union all
    select * from retracted_miss
),

-- rules/tasks-and-lanes.md#lane-3: next business day; the same day for injection and moud
opening_miss as (
    select
        client_part2_view.part2_view,
        miss.* exclude (rescheduled_at, rescheduled_at_without_part2),
        case when client_part2_view.part2_view = 'full' then miss.rescheduled_at
            else miss.rescheduled_at_without_part2
        end as rescheduled_at,
        task_type.lane,
        task_type.task_type,
        case when task_type.due_business_days = 0 then missed_day.ends_at else due_day.ends_at end
            as due_at,
        miss.scheduled_at + task_type.expires_days * interval '1 day' as expires_at
    from missed as miss
    inner join task_type on miss.service_line = task_type.event_kind
    inner join {{ ref('int_client__part2_view') }} as client_part2_view
        on miss.client_key = client_part2_view.client_key
        and (client_part2_view.part2_view = 'full' or not miss.is_part2)
    left join calendar_day as missed_day on miss.missed_date = missed_day.calendar_date
    left join calendar_day as due_day
        on missed_day.business_day_number + task_type.due_business_days
        = due_day.business_day_number
        and due_day.is_business_day
),

kept_visit as (
    select opening_miss.task_hash, opening_miss.part2_view, min(visit.started_at) as kept_at
    from opening_miss
    inner join {{ ref('fct_visit') }} as visit
        on opening_miss.client_key = visit.client_key
        and opening_miss.service_line = visit.service_line
        and visit.started_at > opening_miss.scheduled_at
    where visit.service_line in (select event_kind from task_type)
        and (opening_miss.part2_view = 'full' or not visit.is_part2)
    group by opening_miss.task_hash, opening_miss.part2_view
),

opening as (
    select
        miss.task_hash,
        {{ task_key(["'3'", 'miss.appointment_id', 'miss.scheduled_at']) }} as task_key,
        miss.part2_view,
        miss.client_key,
        miss.lane,
        miss.task_type,
        miss.scheduled_at as event_at,
        miss.scheduled_at as opened_at,
        miss.due_at,
        miss.expires_at,
        'expired' as expiry_reason,
        least(miss.rescheduled_at, kept_visit.kept_at) as resolved_at,
        case
            when miss.rescheduled_at is null or kept_visit.kept_at < miss.rescheduled_at
                then 'kept_visit'
            else 'rescheduled'
        end as resolution_reason,
        miss.retracted_at,
        miss.retraction_type,
        miss.evidence_table,
        miss.evidence_key,
        miss.is_part2,
        miss.missed_date as event_date,
        miss.appointment_key as event_key,
        {{ no_facility() }}
    from opening_miss as miss
    left join kept_visit
        on miss.task_hash = kept_visit.task_hash
        and miss.part2_view = kept_visit.part2_view
),

{{ task_lifecycle('opening', answered_by_contact=true) }}

select * from task
