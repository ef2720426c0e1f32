-- Client reached within 24 hours of discharge and of notification, outreach attempted within 24
-- hours of discharge (rules/measures/discharge-follow-up.md#contact-24h).
with

measurement_period as (
    {{ measure_period('contact_24h', ['contact_hours', 'claims_notice_days']) }}
),

discharge as (
    {{ measure_discharge('measurement_period') }}
),

clocked_discharge as (
    select 'contact_24h' as measure_id, *, discharged_at as clock_starts_at from discharge
    union all
    select 'attempt_24h' as measure_id, *, discharged_at as clock_starts_at from discharge
    union all
    select 'contact_24h_from_notification' as measure_id, *, notified_at as clock_starts_at
    from discharge
),

timed_discharge as (
    select
        *,
        {{ dbt.dateadd('hour', 'contact_hours', 'clock_starts_at') }} as elapsed_at,
        {{ end_of_local_day(dbt.dateadd('day', 1, 'discharge_date'), 'time_zone') }}
            as next_day_ends_at
    from clocked_discharge
),

-- rules/measures/discharge-follow-up.md#contact-24h: elapsed hours; where only the date is known,
-- through the end of the next day
denominator as (
    select
        *,
        'operational' as basis,
        discharge_date as event_date,
        case
            when discharge_precision = 'date' and next_day_ends_at > elapsed_at
                then next_day_ends_at
            else elapsed_at
        end as window_closes_at,
        cast(null as varchar) as not_evaluable_reason
    from timed_discharge
),

exclusion_found as (
    {{ measure_discharge_exclusion('denominator') }}
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

-- rules/measures/discharge-follow-up.md#contact-24h: a two-way contact after the discharge, through
-- exactly 24:00:00
timely_contact as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        true as is_met,
        contact.evidence_table,
        contact.evidence_key,
        contact.contacted_date as evidence_date,
        contact.contacted_at
    from denominator as event
    inner join {{ ref('fct_contact') }} as contact
        on event.client_key = contact.client_key
        and contact.contacted_at > event.discharged_at
        and contact.contacted_at <= event.window_closes_at
        and (contact.is_two_way or event.measure_id = 'attempt_24h')
),

numerator as (
    {{ measure_first('timely_contact', ['contacted_at', 'evidence_table', 'evidence_key']) }}
),

result as (
    {{ measure_result('contact_24h') }}
)

select * from result
