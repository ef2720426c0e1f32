{#
    Body of a CTE: the first resource of each partition by a written date, or the last one
    (rules/measures/fhir.md#ties): by instant; without a date first; where one of them is a date without a time, by day,
    and within a day that date first; then by id.

    relation   a CTE with resource_id and the columns of the written date
    partition  its columns
    written    name of the written date
    is_last    the last one instead
#}
{% macro first_resource(relation, partition, written='start', is_last=false) -%}
{%- set direction = 'desc nulls last' if is_last else 'asc nulls first' -%}
select * exclude (has_bare_date, resource_rank)
from (
    select
        *,
        row_number() over (
            partition by {{ partition | join(', ') }}
            order by
                case when has_bare_date then {{ written }}_date end {{ direction }},
                case when {{ written }}_at is null then 0 else 1 end {{ direction }},
                {{ written }}_at {{ direction }},
                resource_id {{ direction }}
        ) as resource_rank
    from (
        select
            *,
            bool_or({{ written }}_at is null) over (partition by {{ partition | join(', ') }})
                as has_bare_date
        from {{ relation }}
    ) as dated
) as ranked
where resource_rank = 1
{%- endmacro %}
