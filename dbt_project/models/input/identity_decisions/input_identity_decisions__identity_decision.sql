with record as (
    select * from {{ ref('stg_identity_decisions__decision') }}
),

identity_decision as (
    select
        source,
        source_scope as client_scope,
        source_client_id,
        decision_id,
        client_id,
        decision,
        decided_at
    from record
)

select * from identity_decision
