with delivered_row as (
    {{ current_rows('ehr_fhir', 'Procedure') }}
),

service as (
    select
        id as procedure_id,
        last_updated,
        part2_label,
        status,
        code,
        code_system,
        coalesce(patient_id, patient_identifier) as source_client_id,
        encounter_id,
        start_at as started_at,
        start_at_precision as started_at_precision,
        end_at as ended_at,
        end_at_precision as ended_at_precision,
        start_written,
        end_written,
        practitioner_id,
        reason_code,
        _batch_id,
        _source_row
    from delivered_row
)

select * from service
