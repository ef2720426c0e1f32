with impossible_birth_date as (
    {%- for sender in senders_of('impossible_birth_date') %}
    select
        source,
        source_table,
        _batch_id,
        _source_row
    from {{ ref('input_' ~ sender ~ '__impossible_birth_date') }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select * from impossible_birth_date
