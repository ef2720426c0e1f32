with delivered_row as (
    {{ current_rows('ehr_fhir', 'Coverage') }}
),

coverage as (
    select
        id as coverage_id,
        last_updated,
        status,
        type_code,
        type_code_system,
        coalesce(patient_id, patient_identifier) as source_client_id,
        subscriber_id,
        payer_id,
        payer_name,
        start_at as started_at,
        start_at_precision as started_at_precision,
        end_at as ended_at,
        end_at_precision as ended_at_precision,
        _batch_id,
        _source_row
    from delivered_row
)

select * from coverage
