with
contact as (
    select * from {{ ref('fct_contact') }}
),

spine as (
    select * from {{ ref('int_score__spine') }}
),

client_scope as (
    select * from {{ ref('int_client__scope') }}
),

last_reached as (
    select
        spine.spine,
        client_scope.evidence_scope,
        contact.client_key,
        max(contact.contacted_at) as last_reached_at
    from contact
    inner join spine on contact.contacted_at <= spine.spine_at
    inner join client_scope on contact.client_key = client_scope.client_key
    where contact.is_two_way
        and (client_scope.evidence_scope = 'all' or not contact.is_part2)
    group by spine.spine, client_scope.evidence_scope, contact.client_key
)

select * from last_reached
