{#
    The surviving record of each record of a relation with source_client_id and merged_into_client_id, as CTEs that end
    in merged_record. Chains of merges are followed. A record that was merged into itself or into a record that was never
    delivered survives; in a circle of merges, the smallest id survives.
#}
{% macro merged_records(relation) -%}
merge_step as (
    select record.source_client_id, record.merged_into_client_id as next_client_id
    from {{ relation }} as record
    inner join {{ relation }} as survivor on record.merged_into_client_id = survivor.source_client_id
    where record.merged_into_client_id <> record.source_client_id
),

-- twenty steps end a circle
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

merged_record as (
    select
        record.source_client_id,
        coalesce(
            walk_end.end_client_id, walk_end.smallest_client_id, record.source_client_id
        ) as surviving_client_id,
        walk_end.source_client_id is not null as was_merged,
        walk_end.source_client_id is not null and walk_end.end_client_id is null as is_merge_circle
    from {{ relation }} as record
    left join walk_end on record.source_client_id = walk_end.source_client_id
)
{%- endmacro %}
