-- Follow-up of missed appointments: outreach attempted by the end of the next business day; client
-- reached, appointment rescheduled, visit kept within 14 days
-- (rules/measures/missed-followup.md#follow-up). Longer than the budget: four numerators of one
-- event share its windows and exclusions.
{%- set windows = {
    'attempt': 'attempt', 'reached': 'recovery', 'rescheduled': 'recovery', 'kept': 'recovery',
} %}

with

measurement_period as (
    {{ measure_period('missed_followup', ['attempt_business_days', 'recovery_days']) }}
),

-- The windows of the appointments of a day.
missed_day as (
    select
        missed.calendar_date,
        period.measure_version,
        period.measurement_year,
        period.time_zone,
        due.calendar_date as attempt_last_date,
        cast({{ dbt.dateadd('day', 'period.recovery_days', 'missed.calendar_date') }} as date)
            as recovery_last_date,
        {{ end_of_local_day('due.calendar_date', 'period.time_zone') }} as attempt_closes_at,
        {{ end_of_local_day(
            dbt.dateadd('day', 'period.recovery_days', 'missed.calendar_date'), 'period.time_zone'
        ) }} as recovery_closes_at
    from measurement_period as period
    inner join {{ ref('int_business_day__numbered') }} as missed
        on extract(year from missed.calendar_date) = period.measurement_year
    inner join {{ ref('int_business_day__numbered') }} as due
        on missed.business_day_number + period.attempt_business_days = due.business_day_number
        and due.is_business_day
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
        missed_day.* exclude (calendar_date)
    from {{ ref('measure_no_show_rate') }} as missed
    inner join {{ ref('fct_appointment') }} as appointment
        on missed.event_key = appointment.appointment_key
    inner join missed_day on missed.event_date = missed_day.calendar_date
    where missed.is_numerator
),

denominator as (
    {%- for follow_up, window in windows.items() %}
    select
        'missed_followup_{{ follow_up }}' as measure_id,
        measure_version,
        measurement_year,
        'operational' as basis,
        client_key,
        event_key,
        event_date,
        program_id,
        site_id,
        {{ window }}_closes_at as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key
    from no_show
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- rules/measures/missed-followup.md#exclusions: death or an admission within the window
exclusion_found as (
    {%- for follow_up, window in windows.items() %}
    select
        'missed_followup_{{ follow_up }}' as measure_id,
        'operational' as basis,
        event.event_key,
        'death' as exclusion_reason,
        event.evidence_table,
        event.evidence_key,
        client.death_date as evidence_date
    from no_show as event
    inner join {{ ref('dim_client') }} as client
        on event.client_key = client.client_key
        and client.death_date between event.event_date and event.{{ window }}_last_date
    union all
    select
        'missed_followup_{{ follow_up }}' as measure_id,
        'operational' as basis,
        event.event_key,
        'in_hospital' as exclusion_reason,
        stay.evidence_table,
        stay.evidence_key,
        stay.admit_date as evidence_date
    from no_show as event
    inner join {{ ref('fct_stay') }} as stay
        on event.client_key = stay.client_key
        and stay.admitted_at > event.scheduled_at
        and stay.admitted_at <= event.{{ window }}_closes_at
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

-- rules/measures/missed-followup.md#follow-up: what closes the task of the missed appointment
follow_up as (
    {%- for follow_up in ['attempt', 'reached'] %}
    select
        'missed_followup_{{ follow_up }}' as measure_id,
        event.event_key,
        contact.contacted_at as followed_up_at,
        contact.contacted_date as evidence_date,
        contact.evidence_table,
        contact.evidence_key
    from no_show as event
    inner join {{ ref('fct_contact') }} as contact
        on event.client_key = contact.client_key
        and event.scheduled_at < contact.contacted_at
        and event.{{ windows[follow_up] }}_closes_at >= contact.contacted_at
    {%- if follow_up == 'reached' %}
    where contact.is_two_way
    {%- endif %}
    union all
    {%- endfor %}
    select
        'missed_followup_kept' as measure_id,
        event.event_key,
        visit.started_at as followed_up_at,
        visit.visit_date as evidence_date,
        visit.evidence_table,
        visit.evidence_key
    from no_show as event
    inner join {{ ref('fct_visit') }} as visit
        on event.client_key = visit.client_key
        and event.service_line = visit.service_line
        and event.scheduled_at < visit.started_at
        and event.{{ windows['kept'] }}_closes_at >= visit.started_at
    union all
    select
        'missed_followup_rescheduled' as measure_id,
        event.event_key,
        rebooked.rescheduled_at as followed_up_at,
        {{ local_date('rebooked.rescheduled_at', 'event.time_zone') }} as evidence_date,
        event.evidence_table,
        event.evidence_key
    from no_show as event
    inner join {{ ref('int_appointment__rescheduled') }} as rebooked
        on event.event_key = rebooked.appointment_key
        and event.{{ windows['rescheduled'] }}_closes_at >= rebooked.rescheduled_at
),

timely_follow_up as (
    select *, 'operational' as basis, true as is_met from follow_up
),

numerator as (
    {{ measure_first('timely_follow_up', ['followed_up_at', 'evidence_table', 'evidence_key']) }}
),

result as (
    {{ measure_result('missed_followup', own_place=true) }}
)

select * from result
