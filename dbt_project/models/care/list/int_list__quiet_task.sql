with run as (
    select * from {{ ref('int_run__as_of') }}
),

shown_view as (
    select client_key, part2_view from {{ ref('int_client__shown_view') }}
),

task as (
    select client_key, part2_view, task_key, opened_at from {{ ref('int_list__open_task') }}
    where can_be_snoozed
),

known_task as (
    select distinct task_key from {{ ref('int_task__unioned') }}
),

next_step as (
    select outcome, quiet_days, waits_for_appointment from {{ ref('contact_next_step') }}
    where quiet_days is not null
),

-- booked, or took its course
appointment as (
    select
        appointment.client_key,
        shown_view.part2_view,
        appointment.scheduled_at,
        appointment.scheduled_date
    from {{ ref('fct_appointment') }} as appointment
    inner join shown_view
        on appointment.client_key = shown_view.client_key
        and (shown_view.part2_view = 'full' or not appointment.is_part2)
    where appointment.status in ('scheduled', 'kept', 'no_show')
),

two_way_contact as (
    select
        contact.contact_key,
        contact.client_key,
        shown_view.part2_view,
        -- another task may have taken its place: a wide gap of another service line
        known_task.task_key,
        contact.contacted_at,
        contact.contacted_date + next_step.quiet_days as quiet_date,
        next_step.waits_for_appointment
    from {{ ref('fct_contact') }} as contact
    inner join shown_view
        on contact.client_key = shown_view.client_key
        and (shown_view.part2_view = 'full' or not contact.is_part2)
    inner join next_step on contact.outcome = next_step.outcome
    left join known_task on contact.task_key = known_task.task_key
    where contact.is_two_way
),

-- the first appointment after the contact: a client with a visit every week must not rest for ever
awaited_appointment as (
    select
        contact.contact_key,
        contact.part2_view,
        min(appointment.scheduled_date) as scheduled_date
    from two_way_contact as contact
    inner join appointment
        on contact.client_key = appointment.client_key
        and contact.part2_view = appointment.part2_view
        and contact.contacted_at < appointment.scheduled_at
    where contact.waits_for_appointment
    group by contact.contact_key, contact.part2_view
),

-- rules/tasks-and-lanes.md#snooze: reached, or an appointment made
quieting_contact as (
    select
        contact.client_key,
        contact.part2_view,
        contact.task_key,
        contact.contacted_at,
        coalesce(awaited_appointment.scheduled_date + 1, contact.quiet_date) as quiet_until_date
    from two_way_contact as contact
    left join awaited_appointment
        on contact.contact_key = awaited_appointment.contact_key
        and contact.part2_view = awaited_appointment.part2_view
),

-- a contact for a task quiets that task, another contact every task that was open
quiet_task as (
    select
        task.client_key,
        task.part2_view,
        task.task_key,
        max(contact.contacted_at) as quieted_at,
        max(contact.quiet_until_date) as quiet_until_date
    from task
    inner join quieting_contact as contact
        on task.client_key = contact.client_key
        and task.part2_view = contact.part2_view
        and task.opened_at <= contact.contacted_at
        and coalesce(contact.task_key = task.task_key, true)
    inner join run on contact.quiet_until_date > run.as_of_date
    group by task.client_key, task.part2_view, task.task_key
)

select * from quiet_task
