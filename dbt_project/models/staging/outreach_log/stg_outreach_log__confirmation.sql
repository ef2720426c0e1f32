with delivered_row as (
    {{ current_rows('outreach_log', 'confirmation') }}
),

confirmation as (
    select
        client_id as source_client_id,
        kind,
        confirmation_answer = 'confirmed' as is_confirmed,
        decided_by,
        decided_at,
        _batch_id,
        _source_row
    from delivered_row
)

select * from confirmation
