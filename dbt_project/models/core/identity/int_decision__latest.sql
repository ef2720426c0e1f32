with decision as (
    select * from {{ ref('stg_identity_decisions__decision') }}
),

-- two records of the agency are the same two, whichever is named first
named_decision as (
    select
        *,
        case when source = 'ehr' then least(source_client_id, client_id) else source_client_id end
            as first_id,
        case when source = 'ehr' then greatest(source_client_id, client_id) else client_id end
            as second_id
    from decision
),

ranked_decision as (
    select
        *,
        row_number() over (
            partition by source, source_scope, first_id, second_id
            order by decided_at desc, decision_id desc
        ) as recency
    from named_decision
),

latest_decision as (
    select
        decision_id,
        source,
        source_scope,
        source_client_id,
        client_id,
        decision,
        decided_at
    from ranked_decision
    where recency = 1
)

select * from latest_decision
