with delivered_row as (
    {{ current_rows('synthea', 'conditions') }}
),

condition as (
    select
        start as onset_date,
        stop as end_date,
        patient as source_client_id,
        encounter as encounter_id,
        code,
        description,
        _batch_id,
        _source_row
    from delivered_row
)

select * from condition
