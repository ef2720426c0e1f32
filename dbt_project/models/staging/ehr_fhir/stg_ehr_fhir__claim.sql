with delivered_row as (
    {{ current_rows('ehr_fhir', 'Claim') }}
),

claim as (
    select
        id as claim_id,
        last_updated,
        status,
        use as claim_use,
        patient_id as source_client_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from claim
