-- Follow-up of missed appointments: outreach attempted by the end of the next business day; client
-- reached, appointment rescheduled, visit kept within 14 days
-- (rules/measures/missed-followup.md#follow-up). Longer than the budget: four numerators of one
-- event share its windows and exclusions.
with

measurement_period as (
    {{ measure_period('missed_followup', ['attempt_business_days', 'recovery_days']) }}
),

-- rules/measures/missed-followup.md#event: the appointments that the no-show rate counts as missed
no_show as (
    select
        missed.client_key,
        missed.event_key,
        missed.event_date,
        missed.evidence_table,
        missed.evidence_key,
        missed.program_id,
        missed.site_id,
        appointment.service_line,
        appointment.scheduled_at,
        period.*,
        {{ end_of_local_day('due_day.calendar_date', 'period.time_zone') }} as attempt_closes_at,
        {{ end_of_local_day(
            dbt.dateadd('day', 'period.recovery_days', 'missed.event_date'), 'period.time_zone'
        ) }} as recovery_closes_at
    from {{ ref('measure_no_show_rate') }} as missed
    inner join {{ ref('fct_appointment') }} as appointment
        on missed.event_key = appointment.appointment_key
    inner join measurement_period as period
        on missed.measurement_year = period.measurement_year
    inner join {{ ref('int_business_day__numbered') }} as missed_day
        on missed.event_date = missed_day.calendar_date
    inner join {{ ref('int_business_day__numbered') }} as due_day
        on missed_day.business_day_number + period.attempt_business_days
        = due_day.business_day_number
        and due_day.is_business_day
    where missed.is_numerator
),

denominator as (
    {%- for follow_up in ['attempt', 'reached', 'rescheduled', 'kept'] %}
    select
        'missed_followup_{{ follow_up }}' as measure_id,
        'operational' as basis,
        *,
        {{ 'attempt' if follow_up == 'attempt' else 'recovery' }}_closes_at as window_closes_at,
        cast(null as varchar) as not_evaluable_reason
    from no_show
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- rules/measures/missed-followup.md#exclusions: death or an admission within the window
exclusion_found as (
    {{ measure_death('denominator') }}
    union all
    select
        event.measure_id,
        event.basis,
        event.event_key,
        'in_hospital' as exclusion_reason,
        stay.evidence_table,
        stay.evidence_key,
        stay.admit_date as evidence_date
    from denominator as event
    inner join {{ ref('fct_stay') }} as stay
        on event.client_key = stay.client_key
        and stay.admitted_at > event.scheduled_at
        and stay.admitted_at <= event.window_closes_at
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

-- rules/measures/missed-followup.md#follow-up: what closes the task of the missed appointment
follow_up as (
    select
        event.*,
        contact.contacted_at as followed_up_at,
        contact.contacted_date as evidence_date,
        contact.evidence_table as found_table,
        contact.evidence_key as found_key
    from denominator as event
    inner join {{ ref('fct_contact') }} as contact
        on event.client_key = contact.client_key
        and event.scheduled_at < contact.contacted_at
        and (
            event.measure_id = 'missed_followup_attempt'
            or (event.measure_id = 'missed_followup_reached' and contact.is_two_way)
        )
    union all
    select
        event.*,
        visit.started_at as followed_up_at,
        visit.visit_date as evidence_date,
        visit.evidence_table as found_table,
        visit.evidence_key as found_key
    from denominator as event
    inner join {{ ref('fct_visit') }} as visit
        on event.client_key = visit.client_key
        and event.service_line = visit.service_line
        and event.scheduled_at < visit.started_at
        and event.measure_id = 'missed_followup_kept'
    union all
    select
        event.*,
        rebooked.rescheduled_at as followed_up_at,
        {{ local_date('rebooked.rescheduled_at', 'event.time_zone') }} as evidence_date,
        event.evidence_table as found_table,
        event.evidence_key as found_key
    from denominator as event
    inner join {{ ref('int_appointment__rescheduled') }} as rebooked
        on event.event_key = rebooked.appointment_key
        and event.measure_id = 'missed_followup_rescheduled'
),

timely_follow_up as (
    select
        measure_id,
        basis,
        event_key,
        true as is_met,
        followed_up_at,
        evidence_date,
        found_table as evidence_table,
        found_key as evidence_key
    from follow_up
    where followed_up_at <= window_closes_at
),

numerator as (
    {{ measure_first('timely_follow_up', ['followed_up_at', 'evidence_table', 'evidence_key']) }}
),

result as (
    {{ measure_result('missed_followup', own_place=true) }}
)

select * from result
