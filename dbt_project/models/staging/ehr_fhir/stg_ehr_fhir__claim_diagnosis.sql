with delivered_row as (
    {{ current_rows('ehr_fhir', 'Claim_diagnosis') }}
),

diagnosis as (
    select
        claim_id,
        last_updated,
        position,
        sequence,
        _batch_id,
        _source_row
    from delivered_row
)

select * from diagnosis
