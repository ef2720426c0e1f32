{#
    Merged hospital records in the Part 2 views that read them, as CTEs that end in `name`. A client without Part 2
    records has the same rows in both views, so they are merged once, in the full view, and copied.
#}
{% macro shown_in_both_views(merged, name) -%}
part2_client as (
    select distinct client_key from {{ merged }}
    where (part2_view = 'redacted' or is_part2) and client_key is not null
),

{{ name }} as (
    select * from {{ merged }}
    union all
    select {{ merged }}.* replace ('redacted' as part2_view) from {{ merged }}
    left join part2_client on {{ merged }}.client_key = part2_client.client_key
    where {{ merged }}.part2_view = 'full'
        and not {{ merged }}.is_part2
        and part2_client.client_key is null
)
{%- endmacro %}
