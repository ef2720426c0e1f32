-- Suicide-risk assessment at visits with major depression, adults and ages 6 to 17, modeled on
-- rules/measures/sra.md#event, not certified.
with

measurement_period as (
    {{ measure_period('sra', ['child_minimum_age_years', 'adult_minimum_age_years']) }}
),

depressed_span as (
    select distinct
        entry.client_key,
        entry.diagnosis_date,
        entry.end_date
    from {{ ref('fct_diagnosis') }} as entry
    inner join {{ ref('int_code__classified') }} as code
        on entry.code = code.code
        and code.is_mdd
    where entry.client_key is not null
),

-- rules/measures/sra.md#event: an active diagnosis on the day of a treatment visit
depressed_visit as (
    select distinct
        visit.visit_key,
        visit.client_key,
        visit.visit_date,
        visit.evidence_table,
        visit.evidence_key,
        period.*,
        {{ age_years('client.birth_date', 'visit.visit_date') }} as age_years
    from {{ ref('fct_visit') }} as visit
    inner join {{ ref('assessment_service_line') }} as assessed
        on visit.service_line = assessed.service_line
    inner join depressed_span as span
        on visit.client_key = span.client_key
        and coalesce(span.diagnosis_date <= visit.visit_date, true)
        and coalesce(span.end_date >= visit.visit_date, true)
    inner join measurement_period as period
        on visit.visit_date between period.start_date and period.end_date
    inner join {{ ref('dim_client') }} as client
        on visit.client_key = client.client_key
        and {{ age_years('client.birth_date', 'visit.visit_date') }}
        >= period.child_minimum_age_years
),

denominator as (
    select
        case when age_years >= adult_minimum_age_years then 'sra_a' else 'sra_c' end
            as measure_id,
        measure_version,
        measurement_year,
        'operational' as basis,
        client_key,
        visit_key as event_key,
        visit_date as event_date,
        {{ end_of_local_day('visit_date', 'time_zone') }} as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key
    from depressed_visit
),

-- rules/measures/sra.md#exclusions: none
exclusion as (
    select
        measure_id,
        basis,
        event_key,
        cast(null as varchar) as exclusion_reason,
        evidence_table,
        evidence_key,
        event_date as evidence_date
    from denominator
    where false
),

-- rules/measures/sra.md#assessment: a C-SSRS with a level on the day of the visit
assessment as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        true as is_met,
        form.evidence_table,
        form.evidence_key,
        form.administered_date as evidence_date,
        form.administered_at,
        form.screening_key
    from denominator as event
    inner join {{ ref('fct_screening') }} as form
        on event.client_key = form.client_key
        and event.event_date = form.administered_date
        and form.instrument = 'cssrs'
        and form.status = 'completed'
        and form.level is not null
),

numerator as (
    {{ measure_first('assessment', ['administered_at', 'screening_key']) }}
),

result as (
    {{ measure_result('sra') }}
)

select * from result
