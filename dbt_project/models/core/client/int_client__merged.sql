with client as (
    select person.source, person.client_scope, person.source_client_id, person.merged_into_client_id
    from {{ ref('input_person') }} as person
    inner join {{ ref('person_source') }} as person_source on person.source = person_source.sender
    where person_source.person_role = 'agency_client'
),

decision as (
    select source_client_id, client_id, decision, decision_id, decided_at
    from {{ ref('int_decision__latest') }}
    where is_between_clients
),

separated_pair as (
    select source_client_id, client_id from decision
    where decision = 'different'
    union all
    select client_id, source_client_id from decision
    where decision = 'different'
),

delivered_merge as (
    select client.source_client_id, client.merged_into_client_id as next_client_id
    from client
    anti join separated_pair
        on client.source_client_id = separated_pair.source_client_id
        and client.merged_into_client_id = separated_pair.client_id
    where client.merged_into_client_id is not null
),

-- where the record system merged the same two records, its direction of the merge counts
decided_merge as (
    select
        decision.source_client_id,
        max_by(decision.client_id, decision.decision_order) as next_client_id
    from (
        select *, row_number() over (order by decided_at, decision_id) as decision_order
        from decision
        where decision = 'same'
    ) as decision
    anti join delivered_merge
        on decision.source_client_id = delivered_merge.next_client_id
        and decision.client_id = delivered_merge.source_client_id
    group by decision.source_client_id
),

current_client as (
    select
        client.source_client_id,
        coalesce(decided_merge.next_client_id, delivered_merge.next_client_id)
            as merged_into_client_id
    from client
    left join decided_merge on client.source_client_id = decided_merge.source_client_id
    left join delivered_merge on client.source_client_id = delivered_merge.source_client_id
),

{{ merged_records('current_client') }},

merged_client as (
    select
        client.source,
        client.client_scope as source_scope,
        merged_record.*
    from merged_record
    inner join client on merged_record.source_client_id = client.source_client_id
)

select * from merged_client
