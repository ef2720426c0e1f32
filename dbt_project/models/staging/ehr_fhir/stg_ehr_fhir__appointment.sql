with delivered_row as (
    {{ current_rows('ehr_fhir', 'Appointment') }}
),

appointment as (
    select
        id as appointment_id,
        last_updated,
        part2_label,
        program_id,
        status,
        cancelation_reason_code,
        service_category_code,
        service_type_code,
        {{ upper_code('procedure_code') }} as procedure_code,
        class_code,
        specialty_code,
        appointment_type_code,
        start_at as started_at,
        start_at_precision as started_at_precision,
        end_at as ended_at,
        end_at_precision as ended_at_precision,
        minutes_duration,
        created_at,
        created_at_precision,
        coalesce(patient_id, patient_identifier) as source_client_id,
        practitioner_id,
        location_id,
        referral_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from appointment
