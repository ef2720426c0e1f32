with delivered_row as (
    {{ current_rows('synthea', 'observations') }}
),

observation as (
    select
        date as observed_at,
        patient as source_client_id,
        encounter as encounter_id,
        category,
        code,
        description,
        value,
        units,
        type as value_type,
        _batch_id,
        _source_row
    from delivered_row
)

select * from observation
