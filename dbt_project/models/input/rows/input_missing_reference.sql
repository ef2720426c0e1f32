with missing_reference as (
    {%- for sender in senders_of('missing_reference') %}
    select
        source,
        source_table,
        _batch_id,
        _source_row,
        column_name
    from {{ ref('input_' ~ sender ~ '__missing_reference') }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select * from missing_reference
