with delivered_row as (
    {{ current_rows('synthea', 'procedures') }}
),

procedure as (
    select
        start as started_at,
        stop as ended_at,
        patient as source_client_id,
        encounter as encounter_id,
        code,
        description,
        base_cost,
        reasoncode as reason_code,
        reasondescription as reason_description,
        _batch_id,
        _source_row
    from delivered_row
)

select * from procedure
