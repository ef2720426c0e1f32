{#
    The rows of a raw table that still stand: a later delivery of the same key has not replaced them, and the
    sender has not deleted them. The superseded rows are a short list, so an anti-join keeps the view lazy.
    A sender may mark deletion on any table; the macro reads the contract's columns to know whether this one does.
#}
{% macro current_rows(source_name, table_name) -%}
    select delivered.*
    from {{ source(source_name, table_name) }} as delivered
    anti join {{ ref('stg_' ~ source_name ~ '__superseded') }} as superseded
        on superseded.table_name = '{{ table_name }}'
        and superseded._batch_id = delivered._batch_id
        and superseded._source_row = delivered._source_row
    {%- if 'is_deleted' in contract_columns(source_name, table_name) %}
    where not coalesce(delivered.is_deleted, false)
    {%- endif %}
{%- endmacro %}

{# The column names of a raw table, as the contract gives them to dbt; empty while dbt only parses. #}
{% macro contract_columns(source_name, table_name) -%}
    {%- set node = contract_source(source_name, table_name) -%}
    {{ return(node.columns.keys() | map('lower') | list if node else []) }}
{%- endmacro %}

{#
    The keys of a sender's tables, as the contract gives them to dbt in meta.key; without one, while dbt only parses, a
    row is its own key. A model calls it by itself, so that a unit test can put keys in its place.
#}
{% macro contract_keys(source_name) -%}
    {%- set keys = {} -%}
    {%- for table_name in source_tables()[source_name] -%}
        {%- set node = contract_source(source_name, table_name) -%}
        {%- set meta = node.config.meta if node else {} -%}
        {%- do keys.update({table_name: meta.key or ['_batch_id', '_source_row']}) -%}
    {%- endfor -%}
    {{ return(keys) }}
{%- endmacro %}

{% macro contract_source(source_name, table_name) -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in (graph.sources or {}).values() if node.source_name == source_name and node.name == table_name -%}
            {%- do found.append(node) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found[0] if found else none) }}
{%- endmacro %}
