{#
    The rows of a sender's tables that a later row with the same key has replaced, with the row that stands instead.
    Later means: received later (the batch's latest delivery), then file path, then row number. keys maps a table to
    the parts of its key; an empty part compares as ''. Only keys that occur twice matter, so hashes of keys are counted
    first (a bigint group is cheap at millions of rows), and exact keys are compared within the few rows left.
#}
{% macro superseded_rows(source_name, keys) -%}
with batch as (
    select batch_id, batch_rank from {{ ref('stg_caseload__batch_order') }}
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

{{ table_name }}_repeated as (
    select key_hash
    from (
        select {{ row_hash(key) }} as key_hash
        from {{ source(source_name, table_name) }}
        where {{ mergeable | join(' and ') }}
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
    where {{ mergeable | join(' and ') }} and {{ row_hash(key) }} in (select key_hash from {{ table_name }}_repeated)
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
    {%- for table_name in keys %}
    select table_name, _batch_id, _source_row, current_batch_id, current_source_row
    from {{ table_name }}_ranked
    where recency > 1
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)
{%- endmacro %}

{#
    The part of a key that is "the first of these that is there", several columns counting as one only together. The
    kind is part of the value, so that a visit number never equals a patient id. Null where none is there: such a row is
    never merged with another.
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
