with delivered_row as (
    {{ current_rows('ehr', 'appointment') }}
),

appointment as (
    select
        appointment_id,
        client_id as source_client_id,
        scheduled_at,
        duration_minutes,
        service_line,
        {{ upper_code('procedure_code') }} as procedure_code,
        provider_id,
        program_id,
        site_id,
        status,
        status_at,
        rescheduled_to_appointment_id,
        created_at,
        modality,
        _batch_id,
        _source_row
    from delivered_row
)

select * from appointment
