{#
    Suppresses small cells of a published table of counts (docs/suppression.md). Use it as the body of a CTE:

        published as (
            {{ suppressed_cells(
                relation='rate_in_tree',
                keys=['measure_id', 'month'],
                counts=['denominator', 'numerator'],
                differences=[['denominator', 'numerator']],
                hidden=['rate'],
                depth=1,
            ) }}
        )

    relation     a CTE or relation, one row per cell, with row_key (unique, not null), parent_key (the row_key of
                 the row that is the sum of this one and its siblings; null for a row without such a total in the
                 table) and family (the breakdown of that parent: 'month', 'site' …; not null where parent_key is
                 not null).
    keys         columns that are passed through unchanged (never counts); row_key, parent_key and family are
                 dropped unless they are listed here.
    counts       count columns that become null on a suppressed row; the first one is the size of the group and
                 decides which sibling is suppressed too.
    differences  pairs [a, b] of counts whose difference a - b is a sensitive count too.
    hidden       further columns that become null with the counts (a rate, a mean).
    depth        longest chain of parents in the table: 0 without totals, 1 for totals and their parts.

    Result: keys, counts, hidden, is_suppressed. The result is safe because every row has at most one parent. A table
    that crosses two breakdowns (month x site with both margins) must be published nested (site, then its months) or
    as separate branches (months; sites), never with both margins.
#}
{% macro suppressed_cells(relation, keys, counts, differences=[], hidden=[], depth=1) -%}
{%- set parts = counts + [] -%}
{%- for pair in differences -%}
    {%- do parts.append(pair[0] ~ ' - ' ~ pair[1]) -%}
{%- endfor -%}
with
all_suppression_cell as (
    select
        row_key,
        parent_key,
        family,
        {%- for part in parts %}
        coalesce({{ part }}, 0) as part_{{ loop.index }},
        {%- endfor %}
        (
            {%- for part in parts %}
            {{ 'or ' if not loop.first }}coalesce({{ part }}, 0) between 1 and {{ largest_small_cell() }}
            {%- endfor %}
        ) as is_hidden
    from {{ relation }}
),
{%- for step in range(depth) %}
{%- set before = 'all_suppression_cell' if loop.first else 'suppression_cell_' ~ loop.index0 %}
-- The rest of a family that a reader can compute: its total minus its published rows.
suppression_family_{{ loop.index }} as (
    select
        child.parent_key,
        child.family,
        {%- for part in parts %}
        max(parent.part_{{ loop.index }})
            - sum(case when child.is_hidden then 0 else child.part_{{ loop.index }} end)
            as left_{{ loop.index }},
        {%- endfor %}
        sum(case when child.is_hidden then 1 else 0 end)
            + max(case when parent.is_hidden then 1 else 0 end) = 1
            and max(parent.part_1) <= sum(child.part_1) as is_one_term_hidden,
        max(case when parent.is_hidden then 1 else 0 end) = 1 as is_parent_hidden
    from {{ before }} as child
    inner join {{ before }} as parent on child.parent_key = parent.row_key
    group by child.parent_key, child.family
),
-- Rows that can protect that rest: per count the smallest published row above zero.
suppression_cover_{{ loop.index }} as (
    select
        child.row_key,
        found.is_one_term_hidden and row_number() over (
            partition by child.parent_key, child.family
            order by child.part_1, child.row_key
        ) = 1 as covers_alone,
        {%- for part in parts %}
        child.part_{{ loop.index }} > 0
            and found.left_{{ loop.index }} <= {{ largest_small_cell() }}
            and (found.left_{{ loop.index }} > 0 or found.is_parent_hidden)
            and row_number() over (
                partition by child.parent_key, child.family
                order by
                    case when child.part_{{ loop.index }} > 0 then 0 else 1 end,
                    child.part_1,
                    child.row_key
            ) = 1 as covers_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ before }} as child
    inner join suppression_family_{{ loop.index }} as found
        on child.parent_key = found.parent_key and child.family = found.family
    where not child.is_hidden and child.part_1 > 0
),
suppression_cell_{{ loop.index }} as (
    select
        known.row_key,
        known.parent_key,
        known.family,
        {%- for part in parts %}
        known.part_{{ loop.index }},
        {%- endfor %}
        known.is_hidden
            or coalesce(cover.covers_alone, false)
            {%- for part in parts %}
            or coalesce(cover.covers_{{ loop.index }}, false)
            {%- endfor %}
            as is_hidden
    from {{ before }} as known
    left join suppression_cover_{{ loop.index }} as cover on known.row_key = cover.row_key
),
{%- endfor %}
published_suppression_cell as (
    select
        {%- for key in keys %}
        origin.{{ key }},
        {%- endfor %}
        {%- for column in counts + hidden %}
        case when not known.is_hidden then origin.{{ column }} end as {{ column }},
        {%- endfor %}
        known.is_hidden as is_suppressed
    from {{ relation }} as origin
    inner join {{ 'suppression_cell_' ~ depth if depth else 'all_suppression_cell' }} as known on origin.row_key = known.row_key
)
select * from published_suppression_cell
{%- endmacro %}

{# CMS cell suppression policy (ResDAC, 2024-01-26): no cell of 1 to 10. #}
{% macro largest_small_cell() -%}10{%- endmacro %}
