with delivered_row as (
    {{ current_rows('ehr_fhir', 'Patient_identifier') }}
),

identifier as (
    select
        patient_id as source_client_id,
        last_updated,
        position,
        use as identifier_use,
        type_code,
        system as identifier_system,
        {{ upper_code('value') }} as identifier,
        end_at as ended_at,
        end_at_precision as ended_at_precision,
        _batch_id,
        _source_row
    from delivered_row
)

select * from identifier
