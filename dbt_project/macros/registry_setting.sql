{# A number of seed registry_setting. #}
{% macro registry_setting(name) -%}
    (select value from {{ ref('registry_setting') }} where name = '{{ name }}')
{%- endmacro %}
