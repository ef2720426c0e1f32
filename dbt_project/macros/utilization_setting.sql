{# A number of seed utilization_setting. #}
{% macro utilization_setting(name) -%}
    (select value from {{ ref('utilization_setting') }} where name = '{{ name }}')
{%- endmacro %}
