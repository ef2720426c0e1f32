{# A number of seed list_setting. #}
{% macro list_setting(name) -%}
    (select value from {{ ref('list_setting') }} where name = '{{ name }}')
{%- endmacro %}
