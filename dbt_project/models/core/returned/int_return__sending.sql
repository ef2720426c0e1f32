-- rules/returned-workbooks.md#sending: the workbooks that a staff member returned on one day
with batch as (
    select
        batch_id,
        max(returned_by) as returned_by,
        max(reason_code) as reason_code
    from {{ ref('stg_caseload__batch') }}
    group by batch_id
),

batch_order as (
    select batch_id, batch_rank, last_received_at from {{ ref('stg_caseload__batch_order') }}
),

sent_workbook as (
    select returned_by as sent_by, batch_id from batch
    where returned_by is not null
    union
    select sent_by, batch_id from {{ ref('int_return__sent_row') }}
),

received_workbook as (
    select
        sent_workbook.sent_by,
        sent_workbook.batch_id,
        batch_order.batch_rank,
        batch_order.last_received_at as received_at,
        batch.reason_code as refusal_reason_code,
        max(batch_order.last_received_at) over (partition by sent_workbook.sent_by)
            as latest_received_at
    from sent_workbook
    inner join batch on sent_workbook.batch_id = batch.batch_id
    inner join batch_order on sent_workbook.batch_id = batch_order.batch_id
),

sending as (
    select
        {{ surrogate_key(['sent_by', 'batch_id']) }} as sending_key,
        sent_by,
        batch_id,
        batch_rank,
        received_at,
        refusal_reason_code,
        received_at = latest_received_at as is_latest
    from received_workbook
)

select * from sending
