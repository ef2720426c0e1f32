{#
    Nothing dated after as_of is a fact yet (rules/dates-and-times.md#future-rows). True where the instant, or the local date, is
    by as_of; a row without one is kept, because its contract decides whether the date may be missing. Reads `run`.
#}
{% macro happened_by_as_of(instant) -%}
    coalesce({{ instant }} <= run.as_of, true)
{%- endmacro %}

{% macro dated_by_as_of(day) -%}
    coalesce({{ day }} <= run.as_of_date, true)
{%- endmacro %}

{# A later state of a record, hidden while its instant is after as_of; the record itself stays. #}
{% macro known_by_as_of(column) -%}
    case when {{ column }} > run.as_of then null else {{ column }} end
{%- endmacro %}
