with delivered_row as (
    {{ current_rows('synthea', 'medications') }}
),

medication as (
    select
        start as started_at,
        stop as ended_at,
        patient as source_client_id,
        payer as payer_id,
        encounter as encounter_id,
        code,
        description,
        base_cost,
        payer_coverage,
        dispenses,
        totalcost as total_cost,
        reasoncode as reason_code,
        reasondescription as reason_description,
        _batch_id,
        _source_row
    from delivered_row
)

select * from medication
