with delivered_row as (
    {{ current_rows('ehr_fhir', 'Consent') }}
),

consent as (
    select
        id as consent_id,
        last_updated,
        part2_label,
        program_id,
        status,
        scope_code,
        category_code,
        coalesce(patient_id, patient_identifier) as source_client_id,
        consented_at,
        consented_at_precision,
        provision_type,
        start_at as started_at,
        start_at_precision as started_at_precision,
        end_at as ended_at,
        end_at_precision as ended_at_precision,
        actor_id,
        actor_type,
        purpose_code,
        label_code,
        _batch_id,
        _source_row
    from delivered_row
)

select * from consent
