with delivered_row as (
    {{ current_rows('identity_decisions', 'decision') }}
),

decision as (
    select
        decision_id,
        source,
        coalesce(source_scope, '') as source_scope,
        source_client_id,
        client_id,
        decision,
        decided_by,
        decided_at,
        reason,
        _batch_id,
        _source_row
    from delivered_row
)

select * from decision
