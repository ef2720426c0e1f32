with
contact as (
    select * from {{ ref('fct_contact') }}
),

client as (
    select client_key, care_manager_id from {{ ref('dim_client') }}
),

spine as (
    select * from {{ ref('int_score__spine') }}
),

client_scope as (
    select * from {{ ref('int_client__scope') }}
),

-- What the client's own care manager wrote is no disclosure to her (docs/plan.md, Part 2).
two_way_contact as (
    select
        contact.client_key,
        contact.contacted_at,
        contact.is_part2 and contact.staff_id is distinct from client.care_manager_id as is_part2
    from contact
    inner join client on contact.client_key = client.client_key
    where contact.is_two_way
),

last_reached as (
    select
        spine.spine,
        client_scope.evidence_scope,
        two_way_contact.client_key,
        max(two_way_contact.contacted_at) as last_reached_at
    from two_way_contact
    inner join spine on two_way_contact.contacted_at <= spine.spine_at
    inner join client_scope on two_way_contact.client_key = client_scope.client_key
    where client_scope.evidence_scope = 'all' or not two_way_contact.is_part2
    group by spine.spine, client_scope.evidence_scope, two_way_contact.client_key
)

select * from last_reached
