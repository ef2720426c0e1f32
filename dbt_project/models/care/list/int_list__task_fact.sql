with run as (
    select * from {{ ref('int_run__as_of') }}
),

task as (
    select * from {{ ref('int_list__listed_task') }}
),

recipient_view as (
    select client_key, part2_view from {{ ref('int_client__recipient_view') }}
),

task_type as (
    select task_type, step_kind, why_now from {{ ref('list_task_type') }}
),

general_text as (
    select task_type, why_now, action_needed from {{ ref('task_type') }}
),

word as (
    select kind, code, word from {{ ref('list_word') }}
),

screening as (
    select screening_key, item_9 from {{ ref('fct_screening') }}
),

missed as (
    select appointment_key, scheduled_at, service_line, status from {{ ref('fct_appointment') }}
),

referral as (
    select
        referral_key, domain, referred_to, status, barrier_code
    from {{ ref('fct_referral') }}
),

-- rules/tasks-and-lanes.md#next-step: what is booked, as far as the recipient may see it
booked_appointment as (
    select
        appointment.client_key,
        appointment.service_line,
        appointment.scheduled_at,
        row_number() over (
            partition by appointment.client_key
            order by appointment.scheduled_at, appointment.appointment_key
        ) as visit_rank,
        row_number() over (
            partition by appointment.client_key, appointment.service_line
            order by appointment.scheduled_at, appointment.appointment_key
        ) as line_rank
    from {{ ref('fct_appointment') }} as appointment
    inner join recipient_view
        on appointment.client_key = recipient_view.client_key
        and (recipient_view.part2_view = 'full' or not appointment.is_part2)
    cross join run
    where appointment.status = 'scheduled' and appointment.scheduled_at > run.as_of
),

-- rules/engagement.md#cadence-gap: the line that decides, in the recipient's view
cadence as (
    select
        engagement.client_key,
        engagement.expected_interval_days,
        nullif(engagement.cadence_service_line, 'any') as service_line
    from {{ ref('int_engagement__by_part2_view') }} as engagement
    inner join recipient_view
        on engagement.client_key = recipient_view.client_key
        and engagement.part2_view = recipient_view.part2_view
),

task_fact as (
    select
        task.client_key,
        task.task_key,
        task.lane,
        task.worklist_group,
        task_type.step_kind,
        coalesce(task_type.why_now, general_text.why_now) as why_now_template,
        general_text.action_needed as general_action,
        case
            when task_type.step_kind = 'referral' and task.worklist_group = 'F' then 'old'
            when task_type.step_kind = 'referral' then referral.status
            when task_type.step_kind = 'rebook' and same_line.client_key is not null
                then 'rebooked'
            when task_type.step_kind = 'book_visit'
                and next_visit.scheduled_at > task.due_at
                and task.due_at >= run.as_of
                then 'booked_late'
            when next_visit.client_key is not null
                and task_type.step_kind in ('discharge_call', 'book_visit', 'rebook', 'engage')
                then 'booked'
            else 'default'
        end as situation,
        task.due_at,
        task.overdue_hours,
        task.is_past_due,
        task.event_date,
        {{ local_timestamp('coalesce(missed.scheduled_at, task.event_at)', 'run.time_zone') }}
            as event_local,
        task.event_facility,
        nullif(task.event_setting, 'unknown') as event_setting,
        task.discharge_disposition,
        disposition_word.word as disposition_word,
        screening.item_9,
        coalesce(missed_word.word, 'Missed') as missed_word,
        coalesce(line_word.word, {{ word_text('missed.service_line') }}) as missed_line,
        coalesce(cadence_word.word, {{ word_text('cadence.service_line') }}, 'visit')
            as cadence_line,
        cadence.expected_interval_days,
        referral.domain,
        referral.referred_to,
        referral.status as referral_status,
        referral.barrier_code,
        task.task_type = 'referral_barrier' as is_barrier_task,
        {{ local_timestamp('next_visit.scheduled_at', 'run.time_zone') }} as next_visit_local,
        coalesce(visit_word.word, {{ word_text('next_visit.service_line') }}) as next_visit_line,
        {{ local_timestamp('same_line.scheduled_at', 'run.time_zone') }} as rebooked_local
    from task
    cross join run
    left join task_type on task.task_type = task_type.task_type
    left join general_text on task.task_type = general_text.task_type
    left join screening on task.event_key = screening.screening_key
    left join missed
        on case when task_type.step_kind = 'rebook' then task.event_key end = missed.appointment_key
    left join referral on task.event_key = referral.referral_key
    left join booked_appointment as next_visit
        on task.client_key = next_visit.client_key and next_visit.visit_rank = 1
    left join booked_appointment as same_line
        on task.client_key = same_line.client_key
        and missed.service_line = same_line.service_line
        and same_line.line_rank = 1
    left join cadence on task.client_key = cadence.client_key
    left join word as missed_word
        on missed_word.kind = 'missed' and missed.status = missed_word.code
    left join word as line_word
        on line_word.kind = 'service_line' and missed.service_line = line_word.code
    left join word as visit_word
        on visit_word.kind = 'service_line' and next_visit.service_line = visit_word.code
    left join word as cadence_word
        on cadence_word.kind = 'service_line'
        and cadence.service_line = cadence_word.code
    left join word as disposition_word
        on disposition_word.kind = 'disposition'
        and task.discharge_disposition = disposition_word.code
)

select * from task_fact
