with delivered_row as (
    {{ current_rows('screenings', 'response') }}
),

response as (
    select
        response_id,
        client_id as source_client_id,
        instrument,
        administered_at,
        item_number,
        item_value,
        total_score,
        level,
        domain,
        is_positive,
        status,
        reviewed_at,
        reviewed_by,
        program_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from response
