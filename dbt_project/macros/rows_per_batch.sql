{# More than any file has records: batch rank * this + record number identifies a row of all batches as one number. #}
{% macro rows_per_batch() -%}
    1000000000000
{%- endmacro %}
