{#
    Condition of a join: an encounter whose reason is a condition with a code of a clause. Only reasonReference is read
    (rules/measures/fhir.md#encounter-diagnosis). Body of a CTE: source and resource_id of these encounters.
#}
{% macro diagnosed_visit(clause) -%}
select distinct reference.source, reference.resource_id
from {{ ref('int_resource__reference') }} as reference
inner join {{ ref('int_resource__coding') }} as coding
    on coding.clause = '{{ clause }}'
    and coding.resource_type = 'Condition'
    and coding.element = 'code'
    and reference.source = coding.source
    and reference.target_id = coding.resource_id
where reference.resource_type = 'Encounter'
    and reference.element = 'reasonReference'
    and reference.target_type = 'Condition'
{%- endmacro %}
