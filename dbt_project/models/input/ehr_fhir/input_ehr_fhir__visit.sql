with encounter as (
    select * from {{ ref('input_ehr_fhir__encounter') }}
    where event_kind = 'visit'
),

appointment as (
    select appointment_id, service_line from {{ ref('input_ehr_fhir__appointment') }}
),

service_line as (
    select code, service_line from {{ ref('appointment_service_line') }}
),

visit as (
    select
        encounter.encounter_id as visit_id,
        encounter.appointment_id,
        encounter.encounter_id,
        encounter.started_at,
        encounter.ended_at,
        coalesce(service_line.service_line, type_line.service_line) as service_line,
        appointment.service_line as booked_service_line,
        encounter.type_code as procedure_code,
        encounter.place_of_service_code,
        encounter.practitioner_id as provider_id,
        encounter.provider_taxonomy_code,
        encounter.program_id,
        coalesce(encounter.location_id, encounter.organization_id) as site_id,
        encounter.principal_diagnosis_code as diagnosis_code_1,
        {%- for n in range(2, 5) %}
        cast(null as {{ dbt.type_string() }}) as diagnosis_code_{{ n }},
        {%- endfor %}
        cast(null as boolean) as is_crisis,
        cast(null as timestamp with time zone) as note_signed_at,
        false as is_note_reported,
        {{ lineage_columns('encounter') }}
    from encounter
    left join service_line on upper(encounter.service_type_code) = service_line.code
    left join service_line as type_line on upper(encounter.type_code) = type_line.code
    left join appointment on encounter.appointment_id = appointment.appointment_id
)

select * from visit
