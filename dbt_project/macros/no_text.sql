{# Text columns that a sender does not deliver, for a union with those who do. #}
{% macro no_text() -%}
    {%- for name in varargs %}
    cast(null as {{ dbt.type_string() }}) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
