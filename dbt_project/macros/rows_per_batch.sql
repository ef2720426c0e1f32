{# No file has more records: batch rank * this + record number is one number for a row of all batches. #}
{% macro rows_per_batch() -%}
    1000000000000
{%- endmacro %}
