with batch as (
    select batch_id, first_received_at from {{ ref('input_batch') }}
),

superseded_row as (
    select * from {{ ref('input_superseded_row') }}
),

received_row as (
    select
        superseded_row.source,
        superseded_row.source_table,
        superseded_row.current_batch_id as _batch_id,
        superseded_row.current_source_row as _source_row,
        least(min(earlier_batch.first_received_at), min(batch.first_received_at)) as received_at
    from superseded_row
    inner join batch on superseded_row.current_batch_id = batch.batch_id
    inner join batch as earlier_batch on superseded_row._batch_id = earlier_batch.batch_id
    group by
        superseded_row.source,
        superseded_row.source_table,
        superseded_row.current_batch_id,
        superseded_row.current_source_row
)

select * from received_row
