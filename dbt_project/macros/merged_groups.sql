{#
    Merges the groups of a breakdown that are too small to publish into "all other groups"
    (docs/suppression.md#groups). The body of a model: one row per group of the relation.

    The unsafe groups merge first. If they are unsafe together, the smallest safe groups join them one by one. If all
    groups would merge, or only empty ones are left, the breakdown is not published. The order is by size and name, so
    equal data give equal groups in every release.

    relation    one row per scope and group: scope_key, group_name and the counts; the first count orders the groups
    keys        columns that are passed through
    counts      columns whose sums decide
    is_unsafe   condition on the sums and maxima, by the names of their columns
    maxima      columns of which the largest counts
    other_name  name of the merged group

    Result: scope_key, keys, group_name, counts, published_name (group_name or other_name), is_published.
#}
{% macro merged_groups(relation, keys, counts, is_unsafe, maxima=[], other_name='all other groups') -%}
with classified_group as (
    select
        *,
        case when {{ is_unsafe }} then 1 else 0 end as is_unsafe_number
    from {{ relation }}
),

ordered_group as (
    select
        *,
        sum(is_unsafe_number) over (partition by scope_key) as unsafe_count,
        row_number() over (
            partition by scope_key order by is_unsafe_number desc, {{ counts[0] }}, group_name
        ) as merge_rank
    from classified_group
),

-- What the first groups are together.
accumulated_group as (
    select
        scope_key,
        merge_rank,
        unsafe_count,
        {%- for count in counts %}
        sum({{ count }}) over (
            partition by scope_key order by merge_rank
            rows between unbounded preceding and current row
        ) as {{ count }},
        {%- endfor %}
        {%- for column in maxima %}
        max({{ column }}) over (
            partition by scope_key order by merge_rank
            rows between unbounded preceding and current row
        ) as {{ column }},
        {%- endfor %}
        max({{ counts[0] }}) over (
            partition by scope_key order by merge_rank
            rows between 1 following and unbounded following
        ) as largest_left
    from ordered_group
),

merged_scope as (
    select
        scope_key,
        min(merge_rank) as merged_count
    from accumulated_group
    where merge_rank >= unsafe_count and largest_left > 0 and not ({{ is_unsafe }})
    group by scope_key
),

merged_group as (
    select
        ordered_group.scope_key,
        {%- for key in keys %}
        ordered_group.{{ key }},
        {%- endfor %}
        ordered_group.group_name,
        {%- for count in counts %}
        ordered_group.{{ count }},
        {%- endfor %}
        case
            when ordered_group.unsafe_count > 0
                and ordered_group.merge_rank <= merged_scope.merged_count then '{{ other_name }}'
            else ordered_group.group_name
        end as published_name,
        ordered_group.unsafe_count = 0 or merged_scope.scope_key is not null as is_published
    from ordered_group
    left join merged_scope on ordered_group.scope_key = merged_scope.scope_key
)

select * from merged_group
{%- endmacro %}
