with delivered_row as (
    {{ current_rows('outreach_log', 'unmatched_choice') }}
),

unmatched_choice as (
    select
        source,
        coalesce(source_scope, '') as source_scope,
        source_client_id,
        chosen_client_id as client_id,
        decided_by,
        decided_at,
        _batch_id,
        _source_row
    from delivered_row
)

select * from unmatched_choice
