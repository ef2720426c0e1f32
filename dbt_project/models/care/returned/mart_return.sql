-- rules/returned-workbooks.md#sending
with ranked_workbook as (
    select
        *,
        max(batch_rank) over (partition by sent_by) as last_batch_rank
    from {{ ref('int_return__sending') }}
    where is_latest
),

-- a later workbook settles one that could not be read
latest_sending as (
    select
        sent_by,
        max(received_at) as received_at,
        cast(count(*) as integer) as workbook_count,
        max(case when batch_rank = last_batch_rank then refusal_reason_code end)
            as refusal_reason_code
    from ranked_workbook
    group by sent_by
),

checked_row as (
    select
        sent_by,
        cast(count(*) as integer) as sent_count,
        cast(count(*) - count(reason_code) as integer) as counted_count,
        cast(count(reason_code) as integer) as look_count
    from {{ ref('int_return__checked') }}
    group by sent_by
),

latest_return as (
    select
        {{ surrogate_key(['latest_sending.sent_by']) }} as return_key,
        latest_sending.sent_by as staff_id,
        latest_sending.received_at,
        latest_sending.workbook_count,
        latest_sending.refusal_reason_code,
        coalesce(checked_row.sent_count, 0) as sent_count,
        coalesce(checked_row.counted_count, 0) as counted_count,
        coalesce(checked_row.look_count, 0) as look_count
    from latest_sending
    left join checked_row
        on coalesce(latest_sending.sent_by, '') = coalesce(checked_row.sent_by, '')
)

select * from latest_return
