with decision as (
    select
        decision.*,
        coalesce(person_source.person_role = 'agency_client', false) as is_between_clients
    from {{ ref('input_identity_decision') }} as decision
    left join {{ ref('person_source') }} as person_source on decision.source = person_source.sender
),

-- a decision about two client records is about the same pair in either order
ordered_decision as (
    select
        *,
        case when is_between_clients then least(source_client_id, client_id)
            else source_client_id
        end as first_id,
        case when is_between_clients then greatest(source_client_id, client_id)
            else client_id
        end as second_id
    from decision
),

ranked_decision as (
    select
        *,
        row_number() over (
            partition by source, client_scope, first_id, second_id
            order by decided_at desc, decision_id desc
        ) as decision_rank
    from ordered_decision
),

latest_decision as (
    select
        decision_id,
        source,
        client_scope as source_scope,
        source_client_id,
        client_id,
        decision,
        decided_at,
        is_between_clients
    from ranked_decision
    where decision_rank = 1
)

select * from latest_decision
