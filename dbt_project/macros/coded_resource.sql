{#
    Body of a CTE: the rows of a relation of resources with a code of these clauses (seeds measure_value_set and
    resource_code). Each resource counts once, whatever number of its codes match.

    relation       model with source, resource_type and resource_id
    resource_type  FHIR resource type
    clauses        names of clauses
    element        element that has the code
#}
{% macro coded_resource(relation, resource_type, clauses, element='code') -%}
select resource.*
from {{ ref(relation) }} as resource
semi join {{ ref('int_resource__coding') }} as coding
    on coding.clause in ({% for clause in clauses %}'{{ clause }}'{{ ', ' if not loop.last }}{% endfor %})
    and coding.element = '{{ element }}'
    and resource.source = coding.source
    and resource.resource_type = coding.resource_type
    and resource.resource_id = coding.resource_id
where resource.resource_type = '{{ resource_type }}'
{%- endmacro %}
