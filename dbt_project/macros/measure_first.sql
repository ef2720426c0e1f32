{#
    Body of a CTE: the one row of an exclusion or numerator that decides an event (see measure_result), the first in
    the given order. The order must be total.
#}
{% macro measure_first(relation, order_by) -%}
select * from (
    select
        *,
        row_number() over (
            partition by measure_id, basis, event_key order by {{ order_by | join(', ') }}
        ) as event_row
    from {{ relation }}
) as ranked
where event_row = 1
{%- endmacro %}
