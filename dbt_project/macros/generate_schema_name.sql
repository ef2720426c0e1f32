{#
    The schema of a relation. Core and care hold both published facts (dim_, fct_, mart_: schema marts) and the steps that
    lead to them (int_: schema intermediate), so there the name decides; every other layer is a schema of its own name.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name == 'marts' and node.name.startswith('int_') -%}
        intermediate
    {%- else -%}
        {{ custom_schema_name or target.schema }}
    {%- endif -%}
{%- endmacro %}
