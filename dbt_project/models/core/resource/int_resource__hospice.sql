-- rules/measures/fhir.md#hospice: hospice services, each with the days that a window must reach
with stay as (
    {{ coded_resource('int_resource__event', 'Encounter', ['hospice_stay'], element='type') }}
),

discharge as (
    select stay.*
    from stay
    semi join {{ ref('int_resource__coding') }} as coding
        on coding.clause = 'hospice_discharge'
        and coding.element = 'hospitalization.dischargeDisposition'
        and stay.source = coding.source
        and stay.resource_type = coding.resource_type
        and stay.resource_id = coding.resource_id
    where stay.is_performed
),

visit as (
    {{ coded_resource('int_resource__event', 'Encounter', ['hospice_visit'], element='type') }}
),

assessment as (
    select answered.*
    from (
        {{ coded_resource('int_resource__event', 'Observation', ['hospice_assessment']) }}
    ) as answered
    semi join {{ ref('int_resource__coding') }} as answer
        on answer.clause = 'hospice_yes'
        and answer.element = 'valueCodeableConcept'
        and answered.source = answer.source
        and answered.resource_type = answer.resource_type
        and answered.resource_id = answer.resource_id
    where answered.is_performed
),

service_order as (
    {{ coded_resource('int_resource__event', 'ServiceRequest', ['hospice_service']) }}
),

service as (
    {{ coded_resource('int_resource__event', 'Procedure', ['hospice_service']) }}
),

diagnosis as (
    {{ coded_resource('int_resource__condition', 'Condition', ['hospice_diagnosis']) }}
),

hospice_service as (
    -- the end of the stay alone decides
    select
        client_key,
        evidence_table,
        evidence_key,
        true as is_performed,
        {{ reached_days('end', 'end') }}
    from discharge
    union all
    select
        client_key,
        evidence_table,
        evidence_key,
        is_performed,
        {{ reached_days('start', 'end') }}
    from visit
    where is_not_void
    union all
    select
        client_key,
        evidence_table,
        evidence_key,
        true as is_performed,
        {{ reached_days('start', 'end') }}
    from assessment
    union all
    select
        client_key,
        evidence_table,
        evidence_key,
        true as is_performed,
        {{ reached_days('start', 'end') }}
    from service_order
    where is_performed and has_order_intent
    union all
    select
        client_key,
        evidence_table,
        evidence_key,
        is_performed,
        {{ reached_days('start', 'end') }}
    from service
    where is_not_void
    union all
    select
        client_key,
        evidence_table,
        evidence_key,
        true as is_performed,
        {{ reached_days('start', 'end', open_start='is_open_ended') }}
    from diagnosis
    where is_verified and has_interval
)

select * from hospice_service
where reaches_until is not null and reaches_from is not null
