with delivered_row as (
    {{ current_rows('ehr_fhir', 'Encounter') }}
),

encounter as (
    select
        id as encounter_id,
        last_updated,
        part2_label,
        program_id,
        status,
        class_code,
        type_code,
        type_code_system,
        {{ padded_code('place_of_service_code', 2) }} as place_of_service_code,
        service_type_code,
        coalesce(patient_id, patient_identifier) as source_client_id,
        start_at as started_at,
        start_at_precision as started_at_precision,
        end_at as ended_at,
        end_at_precision as ended_at_precision,
        start_written,
        end_written,
        {{ icd_code('reason_code') }} as reason_code,
        reason_code_system,
        {%- for n in range(2, 5) %}
        {{ icd_code('reason_code_' ~ n) }} as reason_code_{{ n }},
        {%- endfor %}
        reason_condition_id,
        organization_id,
        organization_name,
        location_id,
        practitioner_id,
        {{ upper_code('provider_taxonomy_code') }} as provider_taxonomy_code,
        appointment_id,
        part_of_id,
        discharge_disposition_code,
        admit_source_code,
        _batch_id,
        _source_row
    from delivered_row
)

select * from encounter
