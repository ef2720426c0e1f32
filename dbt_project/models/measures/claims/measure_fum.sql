-- Follow-up after an emergency visit for mental illness, modeled on rules/measures/fum.md#event,
-- not certified.
with

measurement_period as (
    {{ measure_period('fum', [
        'minimum_age_years', 'last_visit_month', 'last_visit_day', 'uses_2025_diagnosis_list',
        'self_harm_any_position', 'residential_is_follow_up', 'peer_support_is_follow_up',
        'any_mental_diagnosis_counts', 'admission_days', 'repeat_visit_days', 'enrollment_days',
        'first_follow_up_day', 'fum_7_last_day', 'fum_30_last_day', 'claims_runout_days',
    ]) }}
),

-- Every visit and stay has the rules of its measurement year.
ed_visit as (
    {{ measure_ed_visit('measurement_period') }}
),

stay as (
    {{ measure_stay('measurement_period') }}
),

residential_stay as (
    {{ measure_residential_stay('stay') }}
),

-- rules/measures/fum.md#event and rules/measures/fum.md#diagnosis
qualifying_visit as (
    select
        *,
        ed_visit_key as event_key,
        cast({{ dbt.dateadd('day', 'enrollment_days', 'visit_date') }} as date)
            as last_enrolled_date
    from ed_visit
    where
        visit_date <= make_date(measurement_year, last_visit_month, last_visit_day)
        and age_years >= minimum_age_years
        and {{ measure_mental_diagnosis('ed_visit') }}
),

enrolled_visit as (
    {{ measure_enrolled('qualifying_visit', 'visit_date', 'last_enrolled_date') }}
),

-- rules/measures/fum.md#enrollment: from the visit through day 30, without a gap
dated_visit as (
    {{ measure_ed_window('qualifying_visit', 'enrolled_visit', ['fum_7', 'fum_30']) }}
),

admission as (
    {{ measure_ed_admission('dated_visit', 'stay', 'residential_stay') }}
),

-- rules/measures/fum.md#exclusions: death; hospice; a visit that ended in an admission; an
-- admission through day 30. From MY2025 psychiatric residential care is none.
exclusion_found as (
    {{ measure_ed_exclusion('dated_visit', 'admission', 'stay') }}
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

-- rules/measures/fum.md#repeat-visits: visits without an exclusion or a gap in coverage
denominator as (
    {{ measure_ed_first_visit('dated_visit', 'exclusion') }}
),

-- rules/measures/fum.md#follow-up: day 0 to 7 or 30 with any practitioner
follow_up as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        true as is_met,
        service.evidence_table,
        service.evidence_key,
        service.service_date as evidence_date
    from denominator as event
    inner join {{ ref('fct_outpatient_service') }} as service
        on event.client_key = service.client_key
        and event.basis = service.basis
        and {{ dbt.datediff('event.event_date', 'service.service_date', 'day') }}
        between event.first_follow_up_day and event.last_day
        and {{ measure_follow_up_service('event', 'service') }}
        and not service.is_emergency
        and (
            service.is_mental_principal
            or (service.is_self_harm_principal and service.is_mental_any)
            or (event.any_mental_diagnosis_counts = 1 and service.is_mental_any)
        )
),

numerator as (
    {{ measure_first('follow_up', ['evidence_date', 'evidence_table', 'evidence_key']) }}
),

result as (
    {{ measure_result('fum') }}
)

select * from result
