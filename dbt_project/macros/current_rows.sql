{#
    The current rows of a raw table: not superseded by a later delivery of the same key, and not deleted by the sender.
    The list of superseded rows is short, so the anti-join is cheap. The contract determines whether the table has
    is_deleted.
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

{# Column names of a raw table, from the contract; empty while dbt parses. #}
{% macro contract_columns(source_name, table_name) -%}
    {%- set node = contract_source(source_name, table_name) -%}
    {{ return(node.columns.keys() | map('lower') | list if node else []) }}
{%- endmacro %}

{#
    Keys of a sender's tables, from the contract (meta.key); while dbt parses, a row is its own key. It is a separate macro
    so that a unit test can override it.
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
