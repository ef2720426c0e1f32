-- Suicide risk assessment of children and adolescents with major depression from FHIR resources,
-- modeled on rules/measures/cms177.md#population, not certified. One event per visit.
with

measurement_period as (
    {{ measure_period('cms177', ['minimum_age_years', 'maximum_age_years']) }}
),

patient as (
    {{ measure_patient('cms177') }}
),

visit as (
    {{ coded_resource('int_resource__event', 'Encounter', ['cms177_visit'], element='type') }}
),

-- rules/measures/cms177.md#population: the reason is major depression, by reference or code
depression_visit as (
    {{ diagnosed_visit('cms177_diagnosis') }}
    union
    select source, resource_id
    from {{ ref('int_resource__coding') }}
    where
        clause = 'cms177_diagnosis' and resource_type = 'Encounter' and element = 'reasonCode'
),

qualifying_visit as (
    select
        patient.measure_version,
        patient.measurement_year,
        patient.as_of,
        visit.*,
        {{ surrogate_key(["'cms177'", 'visit.source', 'visit.resource_id']) }} as event_key
    from visit
    inner join patient
        on visit.client_key = patient.client_key
        and patient.missing_value_sets is null
        and patient.youngest_age >= patient.minimum_age_years
        and patient.oldest_age <= patient.maximum_age_years
        and {{ day_from('visit.start', 'patient.start_date') }}
        and {{ day_until('visit.end', 'patient.end_date') }}
    semi join depression_visit
        on visit.source = depression_visit.source
        and visit.resource_id = depression_visit.resource_id
    where visit.is_performed
),

denominator as (
    select
        'cms177' as measure_id,
        measure_version,
        measurement_year,
        'fhir' as basis,
        client_key,
        event_key,
        start_date as event_date,
        as_of as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key
    from qualifying_visit
    union all
    {{ measure_unevaluable(['cms177']) }}
),

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

assessment as (
    {%- for resource_type in ['Procedure', 'Observation'] %}
    select *
    from (
        {{ coded_resource('int_resource__event', resource_type, ['cms177_assessment']) }}
    ) as coded
    where is_performed
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- rules/measures/cms177.md#assessment: all of it within the visit, by instant
assessed_visit as (
    select
        'cms177' as measure_id,
        'fhir' as basis,
        visit.event_key,
        true as is_met,
        assessment.evidence_table,
        assessment.evidence_key,
        assessment.start_date as evidence_date
    from qualifying_visit as visit
    inner join assessment
        on visit.client_key = assessment.client_key
        and {{ instant_until('visit.start', 'assessment.start') }}
        and {{ instant_until('assessment.end', 'visit.end') }}
),

numerator as (
    {{ measure_first('assessed_visit', ['evidence_date', 'evidence_key']) }}
),

result as (
    {{ measure_result('cms177') }}
)

select * from result
