{#
    Body of a CTE: the published value set that each delivered list means. A list names its value set by OID, by title or by
    a canonical URL; a URL of the national library ends with the OID. One row per list and published set.
#}
{% macro named_value_set() -%}
select
    spelled.value_set,
    spelled.spelling,
    coalesce(published_by_oid.oid, published_by_title.oid) as oid,
    coalesce(published_by_oid.group_name, published_by_title.group_name) as group_name
from (
    select distinct
        value_set,
        lower(trim(value_set)) as spelling,
        nullif(
            regexp_extract(
                coalesce(value_set_oid, '') || ' ' || value_set, '[0-9]+([.][0-9]+){5,}'
            ),
            ''
        ) as oid,
        lower(trim(value_set_title)) as title
    from {{ ref('input_value_set_code') }}
) as spelled
left join {{ ref('value_set') }} as published_by_oid on spelled.oid = published_by_oid.oid
left join {{ ref('value_set') }} as published_by_title
    on
    published_by_oid.oid is null
    and lower(published_by_title.title) in (spelled.spelling, spelled.title)
{%- endmacro %}
