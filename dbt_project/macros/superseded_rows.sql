{#
    The superseded rows of a sender's tables, each with the current row of the same key. The current row is the one that
    was received last (by the batch's last delivery, then file path, then row number).

    keys      table to the parts of its key; a missing part compares as ''. A key is compared as the two halves of one
              md5 (120 bits), which takes a tenth of the memory of the text.
    versions  table to the column with the sender's own change timestamp. The latest change is then current, regardless
              of delivery order; a row without a timestamp (often a deletion) counts as changed at the end of the day on
              which it was first received.
#}
{% macro superseded_rows(source_name, keys, versions={}) -%}
with batch as (
    select batch_id, batch_rank, first_received_at from {{ ref('stg_caseload__batch_order') }}
),
{%- for table_name in keys %}
    {%- set key = [] %}
    {%- set mergeable = ['true'] %}
    {%- for part in keys[table_name] %}
        {%- if part is mapping %}
            {%- do key.append(first_identifier(part.first_of)) %}
            {%- do mergeable.append(first_identifier(part.first_of) ~ ' is not null') %}
        {%- else %}
            {%- do key.append(part) %}
        {%- endif %}
    {%- endfor %}

{{ table_name }}_row as (
    select
        {{ row_hash(key) }} as key_hash,
        {{ row_hash(key, half=2) }} as key_check,
        {%- if table_name in versions %}
        coalesce(
            delivered.{{ versions[table_name] }}, {{ dbt.dateadd('day', 1, 'batch.first_received_at') }}
        ) as version_at,
        {%- endif %}
        batch.batch_rank * {{ rows_per_batch() }} + delivered._source_row as row_order
    from {{ source(source_name, table_name) }} as delivered
    inner join batch on delivered._batch_id = batch.batch_id
    where {{ mergeable | join(' and ') }}
),

{% if table_name in versions -%}
{{ table_name }}_repeated as (
    select key_hash, key_check, max(version_at) as version_at
    from {{ table_name }}_row
    group by key_hash, key_check
    having count(*) > 1
),

{{ table_name }}_current as (
    select repeated.key_hash, repeated.key_check, max(delivered.row_order) as current_order
    from {{ table_name }}_row as delivered
    inner join {{ table_name }}_repeated as repeated
        on delivered.key_hash = repeated.key_hash
        and delivered.key_check = repeated.key_check
        and delivered.version_at = repeated.version_at
    group by repeated.key_hash, repeated.key_check
),
{%- else -%}
{{ table_name }}_current as (
    select key_hash, key_check, max(row_order) as current_order
    from {{ table_name }}_row
    group by key_hash, key_check
    having count(*) > 1
),
{%- endif %}
{%- endfor %}

superseded_order as (
    {%- for table_name in keys %}
    select '{{ table_name }}' as table_name, delivered.row_order, latest.current_order
    from {{ table_name }}_row as delivered
    inner join {{ table_name }}_current as latest
        on delivered.key_hash = latest.key_hash and delivered.key_check = latest.key_check
    where delivered.row_order <> latest.current_order
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

superseded as (
    select
        superseded_order.table_name,
        batch.batch_id as _batch_id,
        superseded_order.row_order % {{ rows_per_batch() }} as _source_row,
        current_batch.batch_id as current_batch_id,
        superseded_order.current_order % {{ rows_per_batch() }} as current_source_row
    from superseded_order
    inner join batch
        on superseded_order.row_order // {{ rows_per_batch() }} = batch.batch_rank
    inner join batch as current_batch
        on superseded_order.current_order // {{ rows_per_batch() }} = current_batch.batch_rank
)
{%- endmacro %}

{#
    The part of a key that is the first available of several identifiers; an identifier of several columns needs all of
    them. The value contains the column names, so that a visit number never equals a patient id. Null if none is
    available: such a row is never superseded.
#}
{% macro first_identifier(candidates) -%}
    case
        {%- for candidate in candidates %}
        {%- set columns = [candidate] if candidate is string else candidate %}
        when {% for column in columns %}{{ column }} is not null{{ ' and ' if not loop.last }}{% endfor %}
            then '{{ columns | join('+') }}:' || {{ joined_parts(columns) }}
        {%- endfor %}
    end
{%- endmacro %}
