{#
    Rows dated after as_of do not count yet (rules/dates-and-times.md#future-rows). True where the timestamp, or the local
    date, is by as_of. A row without one is kept: its contract decides whether the date may be missing. Reads `run`.
#}
{% macro happened_by_as_of(instant) -%}
    coalesce({{ instant }} <= run.as_of, true)
{%- endmacro %}

{% macro dated_by_as_of(day) -%}
    coalesce({{ day }} <= run.as_of_date, true)
{%- endmacro %}

{# A timestamp of a record, null where it is after as_of; the record itself is kept. #}
{% macro known_by_as_of(column) -%}
    case when {{ column }} > run.as_of then null else {{ column }} end
{%- endmacro %}
