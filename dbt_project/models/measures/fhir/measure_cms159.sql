-- Depression remission at twelve months from FHIR resources, modeled on
-- rules/measures/cms159.md#population, not certified. Longer than the budget: ten kinds of
-- exclusion.
with

measurement_period as (
    {{ measure_period('cms159', [
        'minimum_age_years', 'first_months_before', 'last_months_before', 'index_days_before',
        'index_minimum_score', 'assessment_months', 'assessment_days', 'remission_maximum_score',
    ]) }}
),

patient as (
    select
        *,
        cast({{ dbt.dateadd('month', '-first_months_before', 'start_date') }} as date)
            as identification_start_date,
        cast({{ dbt.dateadd(
            'day', -1, dbt.dateadd('month', '-last_months_before', 'start_date')
        ) }} as date) as identification_end_date
    from (
        {{ measure_patient('cms159') }}
    ) as client
),

visit as (
    {{ coded_resource('int_resource__event', 'Encounter', ['cms159_visit'], element='type') }}
),

depression as (
    {{ coded_resource('int_resource__condition', 'Condition', ['cms159_depression']) }}
),

-- rules/measures/cms159.md#visit: it ends in the identification period and overlaps the diagnosis
depression_visit as (
    select distinct
        patient.*,
        visit.start_date is null as visit_has_no_start,
        case when visit.start_date = visit.start_last_date then visit.start_date end
            as visit_first_day,
        case when visit.end_date = visit.end_last_date then visit.end_date end as visit_last_day
    from visit
    inner join patient
        on visit.client_key = patient.client_key
        and patient.missing_value_sets is null
        and {{ day_between(
            'visit.end', 'patient.identification_start_date', 'patient.identification_end_date'
        ) }}
    inner join depression
        on visit.client_key = depression.client_key
        and depression.is_verified
        and depression.has_interval
        and (
            depression.is_open_ended
            or {{ instant_until('visit.start', 'depression.end') }}
            or (visit.start_date is null and {{ instant_until('visit.end', 'depression.end') }})
        )
        and (
            {{ instant_until('depression.start', 'visit.end') }}
            or (
                depression.start_date is null
                and (
                    depression.is_open_ended
                    or {{ instant_until('depression.end', 'visit.end') }}
                )
            )
        )
    where visit.is_performed
),

assessment as (
    select *
    from (
        {{ coded_resource('int_resource__event', 'Observation', ['cms159_assessment']) }}
    ) as coded
    where is_performed
),

-- rules/measures/cms159.md#index: all of it from days before the visit to the day of its end
high_score as (
    select distinct
        visit.* exclude (visit_has_no_start, visit_first_day, visit_last_day),
        assessment.source,
        assessment.resource_id,
        assessment.start_date as score_date,
        assessment.start_last_date as score_last_date,
        assessment.start_at as score_at,
        assessment.evidence_table,
        assessment.evidence_key
    from assessment
    inner join depression_visit as visit
        on assessment.client_key = visit.client_key
        and assessment.value_integer >= visit.index_minimum_score
        and {{ day_until('assessment.end', 'visit.visit_last_day') }}
        and (
            {{ day_from(
                'assessment.start',
                'cast(' ~ dbt.dateadd('day', '-visit.index_days_before', 'visit.visit_first_day')
                ~ ' as date)'
            ) }}
            or (visit.visit_has_no_start and assessment.start_date is not null)
        )
),

first_score as (
    {{ first_resource('high_score', ['measurement_year', 'client_key'], written='score') }}
),

-- rules/measures/cms159.md#population: the day after the twelfth birthday at the earliest
index_score as (
    select
        *,
        {{ surrogate_key(["'cms159'", 'measurement_year', 'client_key']) }} as event_key,
        cast({{ dbt.dateadd(
            'day', '-assessment_days', dbt.dateadd('month', 'assessment_months', 'score_date')
        ) }} as date) as first_assessment_date,
        cast({{ dbt.dateadd(
            'day', 'assessment_days', dbt.dateadd('month', 'assessment_months', 'score_date')
        ) }} as date) as last_assessment_date
    from first_score
    where
        score_date = score_last_date
        and {{ age_years('birth_last_date', dbt.dateadd('day', -1, 'score_date')) }}
        >= minimum_age_years
),

denominator as (
    select
        'cms159' as measure_id,
        measure_version,
        measurement_year,
        'fhir' as basis,
        client_key,
        event_key,
        score_date as event_date,
        as_of as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key
    from index_score
    union all
    {{ measure_unevaluable(['cms159']) }}
),

-- rules/measures/cms159.md#remission: the last assessment decides, with or without a score
assessed as (
    select
        'cms159' as measure_id,
        'fhir' as basis,
        event.event_key,
        event.remission_maximum_score,
        assessment.*
    from index_score as event
    inner join assessment
        on event.client_key = assessment.client_key
        and {{ day_between(
            'assessment.start', 'event.first_assessment_date', 'event.last_assessment_date'
        ) }}
),

last_assessment as (
    {{ first_resource('assessed', ['event_key'], is_last=true) }}
),

numerator as (
    select
        measure_id,
        basis,
        event_key,
        coalesce(value_integer <= remission_maximum_score, false) as is_met,
        evidence_table,
        evidence_key,
        start_date as evidence_date
    from last_assessment
),

palliative_observation as (
    {{ coded_resource('int_resource__event', 'Observation', ['palliative_assessment']) }}
),

palliative_diagnosis as (
    {{ coded_resource('int_resource__condition', 'Condition', ['palliative_diagnosis']) }}
),

palliative_visit as (
    {{ coded_resource('int_resource__event', 'Encounter', ['palliative_visit'], element='type') }}
),

palliative_service as (
    {{ coded_resource('int_resource__event', 'Procedure', ['palliative_service']) }}
),

other_diagnosis as (
    {{ coded_resource('int_resource__condition', 'Condition', ['cms159_diagnosis']) }}
),

-- rules/measures/cms159.md#exclusions: services that the window reaches
care as (
    select
        1 as reason_rank, 'hospice' as exclusion_reason, client_key, reaches_from, reaches_until,
        evidence_table, evidence_key
    from {{ ref('int_resource__hospice') }}
    {%- for relation, condition, open_start in [
        ('palliative_observation', 'is_performed', 'false'),
        ('palliative_diagnosis', 'is_verified and has_interval', 'is_open_ended'),
        ('palliative_visit', 'is_performed', 'false'),
        ('palliative_service', 'is_not_void', 'false'),
    ] %}
    union all
    select
        2, 'palliative_care', client_key,
        {{ reached_days('start', 'end', open_start=open_start) }},
        evidence_table, evidence_key
    from {{ relation }}
    where {{ condition }}
    {%- endfor %}
),

excluded_event as (
    select
        event.event_key,
        care.reason_rank,
        care.exclusion_reason,
        care.evidence_table,
        care.evidence_key,
        event.score_date as evidence_date
    from index_score as event
    inner join care
        on event.client_key = care.client_key
        and care.reaches_from <= event.last_assessment_date
        and care.reaches_until >= event.identification_start_date
    union all
    select
        event_key, 3, 'death', patient_evidence_table, patient_evidence_key,
        death_date
    from index_score
    where {{ day_until('death', 'last_assessment_date') }}
    union all
    select
        event.event_key, 4, 'other_diagnosis', other_diagnosis.evidence_table,
        other_diagnosis.evidence_key, coalesce(other_diagnosis.start_date, event.score_date)
    from index_score as event
    inner join other_diagnosis
        on event.client_key = other_diagnosis.client_key
        and (
            other_diagnosis.is_open_started
            or {{ day_until('other_diagnosis.start', 'event.last_assessment_date') }}
        )
    where other_diagnosis.is_verified and other_diagnosis.has_interval
),

identified_exclusion as (
    select 'cms159' as measure_id, 'fhir' as basis, excluded_event.* from excluded_event
),

exclusion as (
    {{ measure_first('identified_exclusion', ['reason_rank', 'evidence_date', 'evidence_key']) }}
),

result as (
    {{ measure_result('cms159') }}
)

select * from result
