with batch as (
    select batch_id, first_received_at from {{ ref('input_batch') }}
),

alert_table as (
    select distinct source, source_table from {{ ref('input_alert') }}
),

superseded_alert as (
    select superseded_row.*
    from {{ ref('input_superseded_row') }} as superseded_row
    semi join alert_table
        on superseded_row.source = alert_table.source
        and superseded_row.source_table = alert_table.source_table
),

first_received_alert as (
    select
        superseded.source,
        superseded.source_table,
        superseded.current_batch_id as _batch_id,
        superseded.current_source_row as _source_row,
        least(min(earlier_batch.first_received_at), min(batch.first_received_at)) as received_at
    from superseded_alert as superseded
    inner join batch on superseded.current_batch_id = batch.batch_id
    inner join batch as earlier_batch on superseded._batch_id = earlier_batch.batch_id
    group by
        superseded.source,
        superseded.source_table,
        superseded.current_batch_id,
        superseded.current_source_row
)

select * from first_received_alert
