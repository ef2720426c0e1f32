with delivered_row as (
    {{ current_rows('outreach_log', 'identity_choice') }}
),

identity_choice as (
    select
        source,
        coalesce(source_scope, '') as source_scope,
        source_client_id,
        client_id,
        decision,
        decided_by,
        decided_at,
        _batch_id,
        _source_row
    from delivered_row
)

select * from identity_choice
