with delivered_row as (
    {{ current_rows('synthea', 'encounters') }}
),

encounter as (
    select
        id as encounter_id,
        start as started_at,
        stop as ended_at,
        patient as source_client_id,
        organization as organization_id,
        provider as provider_id,
        payer as payer_id,
        encounterclass as encounter_class,
        code,
        description,
        base_encounter_cost,
        total_claim_cost,
        payer_coverage,
        reasoncode as reason_code,
        reasondescription as reason_description,
        _batch_id,
        _source_row
    from delivered_row
)

select * from encounter
