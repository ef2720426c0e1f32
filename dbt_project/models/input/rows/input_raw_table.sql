with raw_table as (
    {%- for sender, tables in source_tables().items() %}
    {%- set last_sender = loop.last %}
    {%- for table_name in tables %}
    select '{{ sender }}' as source, '{{ table_name }}' as source_table, count(*) as row_count
    from {{ source(sender, table_name) }}
    {{- '\n    union all' if not (last_sender and loop.last) }}
    {%- endfor %}
    {%- endfor %}
)

select * from raw_table
