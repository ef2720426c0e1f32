-- Follow-up after an emergency visit for substance use, modeled on rules/measures/fua.md#event,
-- not certified.
with

measurement_period as (
    {{ measure_period('fua', [
        'minimum_age_years', 'last_visit_month', 'last_visit_day', 'residential_is_follow_up',
        'peer_support_is_follow_up', 'admission_days', 'repeat_visit_days', 'enrollment_days',
        'first_follow_up_day', 'fua_7_last_day', 'fua_30_last_day', 'claims_runout_days',
    ]) }}
),

-- Every visit and stay has the rules of its measurement year.
ed_visit as (
    {{ measure_ed_visit('measurement_period') }}
),

stay as (
    {{ measure_stay('measurement_period') }}
),

-- rules/measures/fua.md#event and rules/measures/fua.md#diagnosis
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
        and (is_sud_principal or is_overdose_any)
),

enrolled_visit as (
    {{ measure_enrolled('qualifying_visit', 'visit_date', 'last_enrolled_date') }}
),

-- rules/measures/fua.md#enrollment: from the visit through day 30, without a gap
dated_visit as (
    {{ measure_ed_window('qualifying_visit', 'enrolled_visit', ['fua_7', 'fua_30']) }}
),

admission as (
    {{ measure_ed_admission('dated_visit', 'stay') }}
),

-- rules/measures/fua.md#exclusions: death; hospice; a visit that ended in an admission; an
-- inpatient or residential admission through day 30
exclusion_found as (
    {{ measure_ed_exclusion('dated_visit', 'admission', 'stay') }}
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

-- rules/measures/fua.md#repeat-visits: visits without an exclusion or a gap in coverage
denominator as (
    {{ measure_ed_first_visit('dated_visit', 'exclusion') }}
),

-- rules/measures/fua.md#follow-up: day 0 to 7 or 30 with a mental-health provider, or with a
-- diagnosis of substance use or overdose
follow_up_visit as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        service.evidence_table,
        service.evidence_key,
        service.service_date as evidence_date
    from denominator as event
    inner join {{ ref('fct_outpatient_service') }} as service
        on event.client_key = service.client_key
        and event.basis = service.basis
        and {{ dbt.datediff('event.event_date', 'service.service_date', 'day') }}
        between event.first_follow_up_day and event.last_day
        and (service.is_sud_service or {{ measure_follow_up_service('event', 'service') }})
        and not service.is_emergency
        and (service.is_mental_health_provider or service.is_sud_any or service.is_overdose_any)
),

-- rules/measures/fua.md#medication: dispensed or administered on these days, without a diagnosis
follow_up_medication as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        medication.evidence_table,
        medication.evidence_key,
        medication.medication_date as evidence_date
    from denominator as event
    inner join {{ ref('int_sud_medication__dated') }} as medication
        on event.client_key = medication.client_key
        and event.basis = medication.basis
        and {{ dbt.datediff('event.event_date', 'medication.medication_date', 'day') }}
        between event.first_follow_up_day and event.last_day
),

follow_up as (
    select *, true as is_met from follow_up_visit
    union all
    select *, true as is_met from follow_up_medication
),

numerator as (
    {{ measure_first('follow_up', ['evidence_date', 'evidence_table', 'evidence_key']) }}
),

result as (
    {{ measure_result('fua') }}
)

select * from result
