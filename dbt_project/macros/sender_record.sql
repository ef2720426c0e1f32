{#
    Rows of a sender's table with the lineage of the input layer (lineage_columns). Every input model starts with it.

    client_source, client_scope: whose client ids the rows carry. A feed keyed by the agency's client id gives the record
    system here; the scope separates senders that number their clients alike (a payer's data source, a hospital).
    part2_label: true where the sender itself labels the row as a 42 CFR Part 2 record.
#}
{% macro sender_record(sender, table_name, client_source=none, client_scope="''", part2_label='false') -%}
    select
        record.*,
        '{{ sender }}' as source,
        '{{ table_name }}' as source_table,
        '{{ client_source or sender }}' as client_source,
        {{ client_scope }} as client_scope,
        {{ part2_label }} as is_part2_labelled,
        batch.first_received_at as received_at,
        batch.batch_rank,
        {{ evidence_columns('raw_' ~ sender ~ '.' ~ table_name, 'record') }}
    from {{ ref('stg_' ~ sender ~ '__' ~ table_name | lower) }} as record
    left join {{ ref('stg_caseload__batch_order') }} as batch on record._batch_id = batch.batch_id
{%- endmacro %}

{# The row that decides a fact: raw relation, and batch and record number within it. #}
{% macro evidence_columns(relation_name, row) -%}
    '{{ relation_name }}' as evidence_table,
        {{ row }}._batch_id || ':' || cast({{ row }}._source_row as {{ dbt.type_string() }}) as evidence_key
{%- endmacro %}

{# Sender and table of an evidence_table, which is `raw_<source>.<table>`. #}
{% macro evidence_source(evidence_table) -%}
    substr({{ dbt.split_part(evidence_table, "'.'", 1) }}, {{ 'raw_' | length + 1 }})
{%- endmacro %}

{% macro evidence_source_table(evidence_table) -%}
    {{ dbt.split_part(evidence_table, "'.'", 2) }}
{%- endmacro %}

{#
    Names of the lineage that every row of the input layer carries: without a client where the entity has none (a program),
    and only sender and person where a row summarizes several rows of the sender (of_row=false).
#}
{% macro lineage_names(of_client=true, of_row=true) -%}
    {%- if not of_row -%}
    {{ return(['source', 'client_scope', 'source_client_id']) }}
    {%- endif -%}
    {{ return(
        ['source', 'source_table']
        + (['client_source', 'client_scope', 'source_client_id', 'is_part2_labelled'] if of_client else [])
        + ['received_at', 'batch_rank', '_batch_id', '_source_row', 'evidence_table', 'evidence_key']
    ) }}
{%- endmacro %}

{# The lineage as a select list, of a row that comes from sender_record. #}
{% macro lineage_columns(row, of_client=true) -%}
    {%- for name in lineage_names(of_client) %}
        {{ row }}.{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# An entity of the input layer: the same columns of every sender that has it, and their lineage. #}
{% macro union_of_senders(entity, columns, of_client=true, of_row=true) -%}
    {%- for sender in senders_of(entity) %}
    select
        {%- for column in columns + lineage_names(of_client, of_row) %}
        {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('input_' ~ sender ~ '__' ~ entity) }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
