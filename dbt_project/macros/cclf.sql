{# CMS writes 1000-01-01 and 9999-12-31 where there is no date. #}
{% macro cclf_date(column) -%}
    case when {{ column }} between cast('1600-01-01' as date) and cast('9990-12-31' as date) then {{ column }} end
{%- endmacro %}
