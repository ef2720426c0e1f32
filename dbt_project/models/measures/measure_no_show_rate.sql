-- Share of appointments missed without notice (domain.md 2.14). One event per appointment whose time
-- has come; one that nobody has closed yet stays open.
with

measurement_period as (
    {{ measure_period('no_show_rate', ['late_cancel_counts', 'open_stay_days']) }}
),

denominator as (
    select
        'no_show_rate' as measure_id,
        period.measure_version,
        period.measurement_year,
        'operational' as basis,
        appointment.client_key,
        appointment.appointment_key as event_key,
        appointment.scheduled_date as event_date,
        case when appointment.status <> 'scheduled' then appointment.scheduled_at end
            as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        appointment.evidence_table,
        appointment.evidence_key,
        appointment.program_id,
        appointment.site_id,
        appointment.scheduled_at,
        appointment.status,
        period.late_cancel_counts,
        period.open_stay_days
    from {{ ref('fct_appointment') }} as appointment
    inner join measurement_period as period
        on appointment.scheduled_date between period.start_date and period.end_date
        and appointment.scheduled_at <= period.as_of
    where appointment.client_key is not null
),

missed_in_hospital as (
    select distinct event.event_key
    from denominator as event
    inner join {{ ref('fct_stay') }} as stay
        on event.client_key = stay.client_key
        and event.scheduled_at >= stay.admitted_at
        and event.scheduled_at < coalesce(
            stay.discharged_at,
            {{ dbt.dateadd('day', 'event.open_stay_days', 'stay.admitted_at') }}
        )
    where event.status in ('no_show', 'late_cancel')
),

-- spec §2.14: cancelled by the clinic, moved or cancelled ahead, or because of an admission
exclusion as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        case
            when event.status = 'clinic_cancel' then 'clinic_cancelled'
            when event.status = 'rescheduled' then 'rescheduled'
            when event.status = 'client_cancel' then 'cancelled_ahead'
            when missed_in_hospital.event_key is not null then 'in_hospital'
            else 'late_cancelled'
        end as exclusion_reason,
        event.evidence_table,
        event.evidence_key,
        event.event_date as evidence_date
    from denominator as event
    left join missed_in_hospital on event.event_key = missed_in_hospital.event_key
    where
        event.status in ('clinic_cancel', 'rescheduled', 'client_cancel')
        or (event.status = 'late_cancel' and event.late_cancel_counts = 0)
        or missed_in_hospital.event_key is not null
),

numerator as (
    select
        measure_id,
        basis,
        event_key,
        true as is_met,
        evidence_table,
        evidence_key,
        event_date as evidence_date
    from denominator
    where status = 'no_show'
),

result as (
    {{ measure_result('no_show_rate', own_place=true) }}
)

select * from result
