with record as (
    {{ sender_record('ehr', 'visit') }}
),

-- a record system that never delivers a signature does not report them: its notes are not late
signature as (
    select count(note_signed_at) > 0 as is_note_reported from {{ ref('stg_ehr__visit') }}
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
        signature.is_note_reported,
        {{ lineage_columns('record') }}
    from record
    cross join signature
)

select * from visit
