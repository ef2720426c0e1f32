-- Closing the referral loop from FHIR resources, modeled on rules/measures/cms50.md#population, not
-- certified. Longer than the budget: the referral and its report are one rule.
with

measurement_period as (
    {{ measure_period('cms50', ['last_referral_month', 'last_referral_day']) }}
),

patient as (
    {{ measure_patient('cms50') }}
),

visit as (
    {{ coded_resource('int_resource__event', 'Encounter', ['cms50_visit'], element='type') }}
),

service as (
    {{ coded_resource('int_resource__event', 'Procedure', ['cms50_service']) }}
),

-- rules/measures/cms50.md#population: a visit or an assessment, all of it in the year
seen_patient as (
    select distinct patient.*
    from patient
    inner join (
        select * from visit
        union all
        select * from service
    ) as seen
        on patient.client_key = seen.client_key
        and seen.is_performed
        and {{ day_from('seen.start', 'patient.start_date') }}
        and {{ day_until('seen.end', 'patient.end_date') }}
    where patient.missing_value_sets is null
),

ordered_referral as (
    {{ coded_resource('int_resource__event', 'ServiceRequest', ['cms50_referral']) }}
),

-- rules/measures/cms50.md#referral
referral as (
    select
        patient.measure_version,
        patient.measurement_year,
        patient.start_date as year_start_date,
        patient.end_date as year_end_date,
        patient.as_of,
        ordered_referral.*
    from ordered_referral
    inner join seen_patient as patient
        on ordered_referral.client_key = patient.client_key
        and {{ day_between(
            'ordered_referral.start',
            'patient.start_date',
            'make_date(cast(patient.measurement_year as bigint),'
            ~ ' cast(patient.last_referral_month as bigint),'
            ~ ' cast(patient.last_referral_day as bigint))'
        ) }}
    where ordered_referral.is_performed and ordered_referral.intent = 'order'
),

first_referral as (
    {{ first_resource('referral', ['measurement_year', 'client_key']) }}
),

denominator as (
    select
        'cms50' as measure_id,
        measure_version,
        measurement_year,
        'fhir' as basis,
        client_key,
        {{ surrogate_key(["'cms50'", 'measurement_year', 'client_key']) }} as event_key,
        start_date as event_date,
        as_of as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key
    from first_referral
    union all
    {{ measure_unevaluable(['cms50']) }}
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

fulfilled_task as (
    {{ coded_resource('int_resource__event', 'Task', ['cms50_task']) }}
),

report as (
    select fulfilled_task.*, reference.target_id as referral_id
    from fulfilled_task
    inner join {{ ref('int_resource__reference') }} as reference
        on reference.resource_type = 'Task'
        and reference.element in ('focus', 'basedOn')
        and reference.target_type = 'ServiceRequest'
        and fulfilled_task.source = reference.source
        and fulfilled_task.resource_id = reference.resource_id
    semi join {{ ref('int_resource__coding') }} as coding
        on coding.clause = 'cms50_report'
        and coding.element = 'reasonCode'
        and fulfilled_task.source = coding.source
        and fulfilled_task.resource_type = coding.resource_type
        and fulfilled_task.resource_id = coding.resource_id
    where fulfilled_task.is_performed
),

-- rules/measures/cms50.md#report: ended after the referral, by instant, and in the year
received_report as (
    select
        'cms50' as measure_id,
        'fhir' as basis,
        {{ surrogate_key(["'cms50'", 'referral.measurement_year', 'referral.client_key']) }}
            as event_key,
        true as is_met,
        report.evidence_table,
        report.evidence_key,
        report.end_date as evidence_date,
        report.resource_id
    from first_referral as referral
    inner join report
        on referral.client_key = report.client_key
        and referral.source = report.source
        and referral.resource_id = report.referral_id
        and case
            when report.end_at is not null and referral.start_at is not null
                then report.end_at > referral.start_at
            else {{ utc_date('report.end', 'date') }}
                > {{ utc_date('referral.start', 'last_date') }}
        end
        and {{ day_between('report.end', 'referral.year_start_date', 'referral.year_end_date') }}
),

numerator as (
    {{ measure_first('received_report', ['evidence_date', 'resource_id', 'evidence_key']) }}
),

result as (
    {{ measure_result('cms50') }}
)

select * from result
