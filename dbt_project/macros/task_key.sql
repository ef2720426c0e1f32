{#
    The key of a task: 't' and the 15 hex digits of the surrogate key of the same parts. Text, because it travels
    through a workbook and back, where a spreadsheet would round a long number.
#}
{% macro task_key(parts) -%}
    't' || left(md5({{ joined_parts(parts) }}), 15)
{%- endmacro %}
