with batch as (
    select batch_id, first_received_at from {{ ref('stg_caseload__batch_order') }}
),

superseded as (
    {%- for sender_name in source_tables() %}
    select
        '{{ sender_name }}' as source,
        table_name,
        _batch_id as earlier_batch_id,
        current_batch_id as _batch_id,
        current_source_row as _source_row
    from {{ ref('stg_' ~ sender_name ~ '__superseded') }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

received_row as (
    select
        superseded.source,
        superseded.table_name,
        superseded._batch_id,
        superseded._source_row,
        least(min(earlier_batch.first_received_at), min(batch.first_received_at)) as received_at
    from superseded
    inner join batch on superseded._batch_id = batch.batch_id
    inner join batch as earlier_batch on superseded.earlier_batch_id = earlier_batch.batch_id
    group by
        superseded.source,
        superseded.table_name,
        superseded._batch_id,
        superseded._source_row
)

select * from received_row
