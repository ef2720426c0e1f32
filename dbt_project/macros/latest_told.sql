{# What the last message says that says it: messages leave out what they have no reason to repeat. #}
{% macro latest_told(column) -%}
    max_by({{ column }}, told_number) filter (where {{ column }} is not null)
{%- endmacro %}
