{# Digits of a day's number in the calendar: with ten, every day has a row; an example has fewer days. #}
{% macro calendar_digits() -%}10{%- endmacro %}
