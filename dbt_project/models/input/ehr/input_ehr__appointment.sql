with record as (
    {{ sender_record('ehr', 'appointment') }}
),

appointment as (
    select
        record.appointment_id,
        record.scheduled_at,
        record.duration_minutes,
        record.service_line,
        record.procedure_code,
        record.program_id,
        record.site_id,
        record.provider_id,
        record.status,
        record.status_at,
        record.rescheduled_to_appointment_id,
        record.created_at,
        record.modality,
        {{ lineage_columns('record') }}
    from record
)

select * from appointment
