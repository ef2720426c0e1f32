-- rules/returned-workbooks.md#identity-choices
with pair as (
    select source, source_scope, source_client_id, client_id, decision, decided_at
    from {{ ref('stg_outreach_log__identity_choice') }}
    where decision <> 'cannot_tell'
    union all
    select source, source_scope, source_client_id, client_id, 'same' as decision, decided_at
    from {{ ref('stg_outreach_log__unmatched_choice') }}
),

identity_decision as (
    select
        source,
        source_scope as client_scope,
        source_client_id,
        'choice:' || source || ':' || source_scope || ':' || source_client_id || ':' || client_id
            as decision_id,
        client_id,
        decision,
        decided_at
    from pair
)

select * from identity_decision
