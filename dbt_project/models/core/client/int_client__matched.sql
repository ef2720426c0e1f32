-- rules/identity.md#decisions before #exact-identifiers before #probabilistic-matching
with identified_client as (
    select * from {{ ref('int_client__identified') }}
),

decision as (
    select * from {{ ref('int_decision__resolved') }}
    where is_known and not is_between_clients
),

decided_link as (
    select
        *,
        row_number() over (
            partition by source, source_scope, source_client_id
            order by decided_at desc, decision_id desc
        ) as decision_rank
    from decision
    where decision = 'same'
),

link as (
    select source, source_scope, source_client_id, client_id, 'decided' as match_rule, 1 as rank
    from decided_link
    where decision_rank = 1
    union all
    select source, source_scope, source_client_id, client_id, match_rule, 2
    from {{ ref('int_identity__exact') }}
    union all
    select source, source_scope, source_client_id, client_id, 'scored', 3
    from {{ ref('int_identity__scored') }}
    where reason_code is null
),

first_link as (
    select
        source,
        source_scope,
        source_client_id,
        min_by(client_id, rank) as client_id,
        min_by(match_rule, rank) as match_rule
    from link
    group by source, source_scope, source_client_id
),

identity as (
    select
        identified_client.source,
        identified_client.source_scope,
        identified_client.source_client_id,
        identified_client.client_id as own_client_id,
        coalesce(first_link.client_id, identified_client.client_id) as client_id,
        coalesce(first_link.match_rule, identified_client.link_rule, 'own_id') as match_rule
    from identified_client
    left join first_link
        on identified_client.source = first_link.source
        and identified_client.source_scope = first_link.source_scope
        and identified_client.source_client_id = first_link.source_client_id
),

-- a person linked to a payer's member or to a patient is the client that the member or patient was
-- linked to; a member may be linked to a patient that is linked to a client
linked_member as (
    select own_client_id, client_id
    from identity
    where client_id <> own_client_id
),

followed_identity as (
    select
        identity.source,
        identity.source_scope,
        identity.source_client_id,
        identity.own_client_id,
        coalesce(next_member.client_id, linked_member.client_id, identity.client_id) as client_id,
        identity.match_rule
    from identity
    left join linked_member on identity.client_id = linked_member.own_client_id
    left join linked_member as next_member
        on linked_member.client_id = next_member.own_client_id
),

-- a decision also excludes the client that other links lead to
matched_client as (
    select
        identity.source,
        identity.source_scope,
        identity.source_client_id,
        case
            when refused.source is null or identity.match_rule = 'own_id' then identity.client_id
            else identity.own_client_id
        end as client_id,
        case when refused.source is null then identity.match_rule else 'own_id' end as match_rule
    from followed_identity as identity
    left join decision as refused
        on refused.decision = 'different'
        and identity.source = refused.source
        and identity.source_scope = refused.source_scope
        and identity.source_client_id = refused.source_client_id
        and identity.client_id = refused.client_id
),

keyed_client as (
    select
        source,
        source_scope,
        source_client_id,
        client_id,
        {{ surrogate_key(['client_id']) }} as client_key,
        match_rule
    from matched_client
    where client_id is not null
)

select * from keyed_client
