with record as (
    {{ sender_record('ehr', 'visit') }}
),

visit as (
    select
        record.visit_id,
        record.appointment_id,
        cast(null as {{ dbt.type_string() }}) as encounter_id,
        record.started_at,
        record.ended_at,
        record.service_line,
        cast(null as {{ dbt.type_string() }}) as booked_service_line,
        record.procedure_code,
        record.place_of_service_code,
        record.provider_id,
        record.provider_taxonomy_code,
        record.program_id,
        record.site_id,
        record.diagnosis_code_1,
        record.diagnosis_code_2,
        record.diagnosis_code_3,
        record.diagnosis_code_4,
        record.is_crisis,
        record.note_signed_at,
        true as is_note_reported,
        {{ lineage_columns('record') }}
    from record
)

select * from visit
