{# What the last message says that says it: messages leave out what they have no reason to repeat. #}
{% macro latest_non_null(column) -%}
    max_by({{ column }}, message_sequence) filter (where {{ column }} is not null)
{%- endmacro %}
