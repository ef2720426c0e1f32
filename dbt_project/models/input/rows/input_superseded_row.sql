with superseded_row as (
    {%- for sender in source_tables() %}
    select
        '{{ sender }}' as source,
        table_name as source_table,
        _batch_id,
        _source_row,
        current_batch_id,
        current_source_row
    from {{ ref('stg_' ~ sender ~ '__superseded') }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select * from superseded_row
