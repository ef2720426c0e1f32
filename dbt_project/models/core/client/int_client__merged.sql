with client as (
    select source_client_id, merged_into_client_id
    from {{ ref('stg_ehr__client') }}
),

decision as (
    select source_client_id, client_id, decision, decision_id, decided_at
    from {{ ref('int_decision__latest') }}
    where source = 'ehr'
),

kept_apart as (
    select source_client_id, client_id from decision
    where decision = 'different'
    union all
    select client_id, source_client_id from decision
    where decision = 'different'
),

delivered_merge as (
    select client.source_client_id, client.merged_into_client_id as next_client_id
    from client
    anti join kept_apart
        on client.source_client_id = kept_apart.source_client_id
        and client.merged_into_client_id = kept_apart.client_id
),

-- where the record system has merged the same two, it says which of them stays
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

merge as (
    select source_client_id, next_client_id from decided_merge
    union all
    select delivered_merge.source_client_id, delivered_merge.next_client_id
    from delivered_merge
    anti join decided_merge
        on delivered_merge.source_client_id = decided_merge.source_client_id
),

-- a record merged into itself or into one that was never delivered stays as it is
merge_step as (
    select client.source_client_id, merge.next_client_id
    from client
    inner join merge on client.source_client_id = merge.source_client_id
    inner join client as survivor on merge.next_client_id = survivor.source_client_id
    where client.source_client_id <> merge.next_client_id
),

-- merges of merges are followed; twenty steps end a circle
merge_walk as (
    with recursive walk as (
        select source_client_id, next_client_id, 1 as step
        from merge_step
        union all
        select walk.source_client_id, merge_step.next_client_id, walk.step + 1
        from walk
        inner join merge_step on walk.next_client_id = merge_step.source_client_id
        where walk.step < 20
    )

    select * from walk
),

-- the end of the walk is a record that was merged into no other; in a circle, where there is none,
-- the smallest id
walk_end as (
    select
        merge_walk.source_client_id,
        min(merge_walk.next_client_id) filter (where merge_step.source_client_id is null)
            as end_client_id,
        min(merge_walk.next_client_id) as smallest_client_id
    from merge_walk
    left join merge_step on merge_walk.next_client_id = merge_step.source_client_id
    group by merge_walk.source_client_id
),

merged_client as (
    select
        client.source_client_id,
        coalesce(
            walk_end.end_client_id, walk_end.smallest_client_id, client.source_client_id
        ) as surviving_client_id,
        walk_end.source_client_id is not null as was_merged,
        walk_end.source_client_id is not null and walk_end.end_client_id is null as is_merge_circle
    from client
    left join walk_end on client.source_client_id = walk_end.source_client_id
)

select * from merged_client
