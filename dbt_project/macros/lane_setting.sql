{# A number of seed lane_setting. #}
{% macro lane_setting(name) -%}
    (select value from {{ ref('lane_setting') }} where name = '{{ name }}')
{%- endmacro %}

{# A number of seed lane_setting as an integer, for date arithmetic. #}
{% macro lane_setting_days(name) -%}
    (select cast(value as integer) from {{ ref('lane_setting') }} where name = '{{ name }}')
{%- endmacro %}
