{# Digits of a day's number in the calendar: ten give every day, an example needs two. #}
{% macro calendar_digits() -%}10{%- endmacro %}
