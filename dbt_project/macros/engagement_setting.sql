{# A number of seed engagement_setting. #}
{% macro engagement_setting(name) -%}
    (select value from {{ ref('engagement_setting') }} where name = '{{ name }}')
{%- endmacro %}
