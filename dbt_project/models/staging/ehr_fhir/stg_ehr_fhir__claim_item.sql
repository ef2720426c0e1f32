with delivered_row as (
    {{ current_rows('ehr_fhir', 'Claim_item') }}
),

item as (
    select
        claim_id,
        last_updated,
        position,
        diagnosis_sequences,
        _batch_id,
        _source_row
    from delivered_row
)

select * from item
