{#
    The rows of a sender's tables that a later row with the same key has replaced, with the row that stands instead.
    Later means: received later (the batch's latest delivery), then file path, then row number. An empty key part
    compares as ''. Only keys that occur twice matter, so hashes of keys are counted first (a bigint group is cheap
    at millions of rows), and the exact key is compared within the few rows that are left.

    tables: a list of table names, or a mapping of table name to {key: [expressions], mergeable: condition} where
    the key is more than plain columns; without one the contract's meta.key is the key.
#}
{% macro superseded_rows(source_name, tables) -%}
with batch as (
    select batch_id, batch_rank from {{ ref('stg_caseload__batch_order') }}
),
{%- for table_name in tables %}
    {%- set given = tables[table_name] if tables is mapping else {} %}
    {%- set key = given.key or contract_key(source_name, table_name) or ['_batch_id', '_source_row'] %}
    {%- set mergeable = given.mergeable or 'true' %}

{{ table_name }}_repeated as (
    select key_hash
    from (
        select {{ row_hash(key) }} as key_hash
        from {{ source(source_name, table_name) }}
        where {{ mergeable }}
    ) as hashed
    group by key_hash
    having count(*) > 1
),

{{ table_name }}_candidate as (
    select
        _batch_id,
        _source_row,
        {%- for part in key %}
        coalesce(cast({{ part }} as {{ dbt.type_string() }}), '') as key_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ source(source_name, table_name) }}
    where {{ mergeable }} and {{ row_hash(key) }} in (select key_hash from {{ table_name }}_repeated)
),

{{ table_name }}_ranked as (
    select
        '{{ table_name }}' as table_name,
        candidate._batch_id,
        candidate._source_row,
        first_value(candidate._batch_id) over same_key as current_batch_id,
        first_value(candidate._source_row) over same_key as current_source_row,
        row_number() over same_key as recency
    from {{ table_name }}_candidate as candidate
    left join batch on candidate._batch_id = batch.batch_id
    window same_key as (
        partition by {% for part in key %}key_{{ loop.index }}{{ ', ' if not loop.last }}{% endfor %}
        order by coalesce(batch.batch_rank, 0) desc, candidate._batch_id desc, candidate._source_row desc
    )
),
{%- endfor %}

superseded as (
    {%- for table_name in tables %}
    select table_name, _batch_id, _source_row, current_batch_id, current_source_row
    from {{ table_name }}_ranked
    where recency > 1
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)
{%- endmacro %}
