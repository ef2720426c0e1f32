-- Follow-up after an emergency visit for mental illness, modeled on rules/measures/fum.md#event,
-- not certified. Longer than the budget: two ids, two bases and rule versions share every clause.
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

windowed_visit as (
    select *, 'fum_7' as measure_id, fum_7_last_day as last_day from qualifying_visit
    union all
    select *, 'fum_30' as measure_id, fum_30_last_day as last_day from qualifying_visit
),

dated_visit as (
    select
        visit.*,
        visit.visit_date as event_date,
        {{ measure_window_end('visit', 'visit_date', 'last_day') }} as window_closes_at,
        -- rules/measures/fum.md#enrollment: from the visit through day 30, without a gap
        case
            when visit.basis = 'reporting' and enrolled_visit.event_key is null then 'coverage_gap'
        end as not_evaluable_reason,
        -- the same day for both ids, so that they have the same events
        {{ measure_window_end('visit', 'visit_date', 'enrollment_days') }} <= visit.as_of
            as is_enrollment_known
    from windowed_visit as visit
    left join enrolled_visit on visit.event_key = enrolled_visit.event_key
),

-- Admissions on day 0 to 30 of a visit, of either basis.
admission as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        event.basis = stay.basis as is_same_basis,
        event.residential_is_follow_up = 1 and residential_stay.stay_key is not null
            as is_follow_up,
        stay.stay_key,
        stay.stay_class,
        stay.evidence_table,
        stay.evidence_key,
        stay.admit_date
    from dated_visit as event
    inner join stay
        on event.client_key = stay.client_key
        and event.measurement_year = stay.measurement_year
        and stay.stay_class in ('acute', 'nonacute')
        and {{ dbt.datediff('event.event_date', 'stay.admit_date', 'day') }}
        between 0 and event.admission_days
    left join residential_stay
        on stay.stay_key = residential_stay.stay_key
        and stay.measurement_year = residential_stay.measurement_year
        and stay.basis = residential_stay.basis
),

-- Every admission is to psychiatric residential care, in one basis at least.
placed_visit as (
    select measure_id, basis, event_key
    from admission
    group by measure_id, basis, event_key
    having count(distinct stay_key) = count(distinct case when is_follow_up then stay_key end)
),

-- rules/measures/fum.md#exclusions: death; hospice; a visit that ended in an admission; an
-- admission through day 30. From MY2025 psychiatric residential care is none.
exclusion_found as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        case when event.has_died_in_year then 'death' else 'visit_became_inpatient' end
            as exclusion_reason,
        event.evidence_table,
        event.evidence_key,
        event.event_date as evidence_date
    from dated_visit as event
    left join placed_visit
        on event.event_key = placed_visit.event_key
        and event.measure_id = placed_visit.measure_id
        and event.basis = placed_visit.basis
    where
        event.has_died_in_year
        or (event.became_inpatient and placed_visit.event_key is null)
    union all
    select
        event.measure_id,
        event.basis,
        event.event_key,
        'hospice' as exclusion_reason,
        stay.evidence_table,
        stay.evidence_key,
        stay.admit_date as evidence_date
    from dated_visit as event
    inner join stay
        on event.client_key = stay.client_key
        and event.measurement_year = stay.measurement_year
        and event.basis = stay.basis
        and stay.is_hospice
    union all
    select
        measure_id,
        basis,
        event_key,
        stay_class || '_admission' as exclusion_reason,
        evidence_table,
        evidence_key,
        admit_date as evidence_date
    from admission
    where is_same_basis and not is_follow_up
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

-- rules/measures/fum.md#repeat-visits: visits without an exclusion or a gap in coverage
eligible_visit as (
    select
        event.*,
        exclusion.event_key is null
        and (event.not_evaluable_reason is null or not event.is_enrollment_known)
            as is_eligible
    from dated_visit as event
    left join exclusion
        on event.event_key = exclusion.event_key
        and event.measure_id = exclusion.measure_id
        and event.basis = exclusion.basis
),

spaced_candidate as (
    select * from eligible_visit
    where is_eligible
),

spaced_visit as (
    {{ measure_spaced('spaced_candidate', 'event_date', 'repeat_visit_days') }}
),

denominator as (
    select event.*
    from eligible_visit as event
    left join spaced_visit
        on event.event_key = spaced_visit.event_key
        and event.measure_id = spaced_visit.measure_id
        and event.basis = spaced_visit.basis
    where not event.is_eligible or spaced_visit.event_key is not null
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
