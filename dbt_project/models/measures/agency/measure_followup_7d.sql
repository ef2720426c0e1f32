-- An agency visit within 7 days of discharge: scheduled (the process) and kept
-- (rules/measures/discharge-follow-up.md#followup-7d).
with

measurement_period as (
    {{ measure_period('followup_7d', ['last_day', 'claims_notice_days']) }}
),

discharge as (
    {{ measure_discharge('measurement_period') }}
),

-- rules/measures/discharge-follow-up.md#followup-7d: through the end of day 7
denominator as (
    select
        discharge.*,
        id.measure_id,
        'operational' as basis,
        discharge.discharge_date as event_date,
        {{ end_of_local_day(
            dbt.dateadd('day', 'discharge.last_day', 'discharge.discharge_date'),
            'discharge.time_zone'
        ) }} as window_closes_at,
        cast(null as varchar) as not_evaluable_reason
    from discharge
    cross join (
        select 'followup_7d_scheduled' as measure_id
        union all
        select 'followup_7d_kept' as measure_id
    ) as id
),

exclusion_found as (
    {{ measure_discharge_exclusion('denominator') }}
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

-- A missed appointment was scheduled; a rescheduled or cancelled one does not count.
agency_service as (
    select
        'followup_7d_kept' as measure_id,
        client_key,
        started_at,
        visit_date as service_date,
        evidence_table,
        evidence_key
    from {{ ref('fct_visit') }}
    union all
    select
        'followup_7d_scheduled' as measure_id,
        client_key,
        scheduled_at as started_at,
        scheduled_date as service_date,
        evidence_table,
        evidence_key
    from {{ ref('fct_appointment') }}
    where status in ('scheduled', 'kept', 'no_show', 'late_cancel')
),

timely_service as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        true as is_met,
        service.evidence_table,
        service.evidence_key,
        service.service_date as evidence_date,
        service.started_at
    from denominator as event
    inner join agency_service as service
        on event.client_key = service.client_key
        and event.measure_id = service.measure_id
        and service.started_at > event.discharged_at
        and service.started_at <= event.window_closes_at
),

numerator as (
    {{ measure_first('timely_service', ['started_at', 'evidence_table', 'evidence_key']) }}
),

result as (
    {{ measure_result('followup_7d') }}
)

select * from result
