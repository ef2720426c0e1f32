{# The last reported value: a later message or report may omit what an earlier one had. sequence: the order of the rows. #}
{% macro latest_non_null(column, sequence='message_sequence') -%}
    max_by({{ column }}, {{ sequence }}) filter (where {{ column }} is not null)
{%- endmacro %}
