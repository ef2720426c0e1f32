{#
    The current rows of a raw table: not superseded by a later delivery of the same key, and not deleted by the sender.
    The superseded rows are a short list, so an anti-join keeps the view cheap. The contract says whether the table has
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

{# The column names of a raw table, as the contract gives them to dbt; empty while dbt only parses. #}
{% macro contract_columns(source_name, table_name) -%}
    {%- set node = contract_source(source_name, table_name) -%}
    {{ return(node.columns.keys() | map('lower') | list if node else []) }}
{%- endmacro %}

{#
    The keys of a sender's tables, as the contract gives them to dbt in meta.key; without one, while dbt only parses, a
    row is its own key. A model calls it as a macro of its own, so that a unit test can override it.
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
