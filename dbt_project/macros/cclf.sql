{# CMS writes 1000-01-01 and 9999-12-31 where there is no date. #}
{% macro cclf_date(column) -%}
    case when {{ column }} between cast('1600-01-01' as date) and cast('9990-12-31' as date) then {{ column }} end
{%- endmacro %}

{# A record of one of CMS's files as one number: the file's number in front, for all may come in one archive, as one batch. #}
{% macro cclf_source_row(file_number, source_row) -%}
    cast({{ file_number }} as bigint) * 1000000000 + {{ source_row }}
{%- endmacro %}
