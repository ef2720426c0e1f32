{#
    Body of a CTE: the row of an exclusion or numerator that decides an event (see measure_result), the first in the
    given order. The order must be total.
#}
{% macro measure_first(relation, order_by) -%}
select * from (
    select
        *,
        row_number() over (
            partition by measure_id, basis, event_key order by {{ order_by | join(', ') }}
        ) as decision_rank
    from {{ relation }}
) as ranked
where decision_rank = 1
{%- endmacro %}
