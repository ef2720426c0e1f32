-- Share of appointments missed without notice (rules/measures/no-show-rate.md#rule). One event per
-- appointment whose start has passed; it is open until it has an outcome.
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
        appointment.status,
        period.late_cancel_counts
    from {{ ref('fct_appointment') }} as appointment
    -- "is true" hides the comparison from the planner, which otherwise expects few rows and then
    -- hashes millions of appointments instead of the clients
    inner join measurement_period as period
        on (
            extract(year from appointment.scheduled_date) = period.measurement_year
            and appointment.scheduled_at <= period.as_of
        ) is true
    where appointment.client_key is not null
),

missed_in_hospital as (
    select distinct appointment.appointment_key
    from {{ ref('fct_appointment') }} as appointment
    inner join {{ ref('fct_stay') }} as stay
        on appointment.client_key = stay.client_key
        and appointment.scheduled_at >= stay.admitted_at
    inner join measurement_period as period
        on extract(year from appointment.scheduled_date) = period.measurement_year
        and appointment.scheduled_at < coalesce(
            stay.discharged_at,
            {{ dbt.dateadd('day', 'period.open_stay_days', 'stay.admitted_at') }}
        )
    where appointment.status in ('no_show', 'late_cancel')
),

-- rules/measures/no-show-rate.md#rule: cancelled by the clinic, rescheduled, cancelled in advance,
-- or missed during a hospital stay
exclusion as (
    select
        event.*,
        case
            when event.status = 'clinic_cancel' then 'clinic_cancelled'
            when event.status = 'rescheduled' then 'rescheduled'
            when event.status = 'client_cancel' then 'cancelled_ahead'
            when missed_in_hospital.appointment_key is not null then 'in_hospital'
            when event.status = 'late_cancel' and event.late_cancel_counts = 0
                then 'late_cancelled'
        end as exclusion_reason
    from denominator as event
    left join missed_in_hospital on event.event_key = missed_in_hospital.appointment_key
),

numerator as (
    select *, status = 'no_show' as is_met from exclusion
),

result as (
    {{ measure_result('no_show_rate', own_place=true, one_row=true) }}
)

select * from result
