{# A number of seeds/engagement/engagement_setting.csv, named inside a model. #}
{% macro engagement_setting(name) -%}
    (select value from {{ ref('engagement_setting') }} where name = '{{ name }}')
{%- endmacro %}
