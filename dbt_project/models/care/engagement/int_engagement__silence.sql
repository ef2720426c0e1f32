{#
    The silence after a two-way contact: no kept visit, new appointment, referral state, plan or document. What
    happens at the moment of the contact is a next step.
#}
with run as (
    select * from {{ ref('int_run__as_of') }}
),

contact as (
    select client_key, contacted_at as event_at, is_part2
    from {{ ref('fct_contact') }}
    where is_two_way
),

referral as (
    select client_key, status_at, next_status_at, is_part2 from {{ ref('int_referral__stepped') }}
),

treatment_plan as (
    select client_key, start_date, signed_at, is_part2 from {{ ref('fct_treatment_plan') }}
),

next_step as (
    select client_key, started_at as event_at, is_part2 from {{ ref('fct_visit') }}
    union all
    select client_key, created_at as event_at, is_part2 from {{ ref('fct_appointment') }}
    union all
    select client_key, status_at as event_at, is_part2 from referral
    union all
    select client_key, next_status_at as event_at, is_part2 from referral
    union all
    select client_key, document_at as event_at, is_part2 from {{ ref('fct_document') }}
    union all
    select client_key, signed_at as event_at, is_part2 from treatment_plan
    union all
    select
        treatment_plan.client_key,
        {{ end_of_local_day('treatment_plan.start_date', 'run.time_zone') }} as event_at,
        treatment_plan.is_part2
    from treatment_plan
    cross join run
),

event as (
    select client_key, event_at, is_part2, true as is_contact from contact
    union all
    select client_key, event_at, is_part2, false as is_contact from next_step
    where event_at is not null
),

event_by_view as (
    select
        client_part2_view.part2_view,
        event.*
    from event
    inner join {{ ref('int_client__part2_view') }} as client_part2_view
        on event.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not event.is_part2
),

followed_event as (
    select
        part2_view,
        client_key,
        is_contact,
        event_at as contacted_at,
        min(case when not is_contact then event_at end) over afterward as next_step_at,
        min(case when is_contact then event_at end) over afterward as next_contacted_at
    from event_by_view
    window
        afterward as (
            partition by part2_view, client_key
            order by event_at, is_contact desc
            rows between 1 following and unbounded following
        )
),

-- rules/tasks-and-lanes.md#went-quiet: silent after 14 days
silence as (
    select
        followed_event.part2_view,
        followed_event.client_key,
        followed_event.contacted_at,
        followed_event.contacted_at
        + {{ lane_setting_days('silent_after_days') }} * interval '1 day' as silent_at,
        followed_event.next_step_at,
        followed_event.next_contacted_at
    from followed_event
    where followed_event.is_contact
),

long_silence as (
    select
        silence.part2_view,
        silence.client_key,
        silence.contacted_at,
        {{ local_date('silence.contacted_at', 'run.time_zone') }} as contacted_date,
        silence.silent_at,
        silence.next_step_at,
        silence.next_contacted_at
    from silence
    cross join run
    where silence.silent_at <= run.as_of
        and coalesce(silence.next_step_at > silence.silent_at, true)
        and coalesce(silence.next_contacted_at > silence.silent_at, true)
)

select * from long_silence
