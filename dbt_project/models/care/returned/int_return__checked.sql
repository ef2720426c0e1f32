-- rules/returned-workbooks.md#sending
with sending as (
    select sent_by, batch_id, received_at from {{ ref('int_return__sending') }}
    where is_latest
),

task as (
    select task_key, opened_at from {{ ref('fct_task') }}
),

-- rules/returned-workbooks.md#before-event
checked_contact as (
    select
        sent_row.* replace (
            coalesce(
                sent_row.reason_code,
                case when sent_row.contacted_at < task.opened_at then 'before_the_event' end
            ) as reason_code,
            coalesce(
                sent_row.column_name,
                case when sent_row.contacted_at < task.opened_at then 'contacted_at' end
            ) as column_name
        ),
        sending.received_at
    from {{ ref('int_return__sent_row') }} as sent_row
    inner join sending
        on sent_row.batch_id = sending.batch_id
        and coalesce(sent_row.sent_by, '') = coalesce(sending.sent_by, '')
    left join task on sent_row.task_key = task.task_key
),

-- copies of one workbook repeat its rows
numbered_row as (
    select
        *,
        row_number() over (
            partition by sent_by, batch_id, list_table, client_id, task_key, typed_cells
            order by sheet, sheet_row
        ) as copy_number,
        max(batch_rank) over (
            partition by sent_by, list_table, client_id, task_key
        ) as last_batch_rank
    from checked_contact
),

ranked_row as (
    select
        *,
        row_number() over (
            partition by sent_by, list_table, client_id, task_key, typed_cells, copy_number
            order by batch_rank desc
        ) as recency
    from numbered_row
),

-- a later copy settles a row that could not be read
distinct_row as (
    select * from ranked_row
    where recency = 1
        and (
            reason_code is null
            or batch_rank = last_batch_rank
            or (client_id is null and task_key is null)
        )
),

-- rules/returned-workbooks.md#copies
disagreement as (
    select sent_by, client_id, task_key
    from distinct_row
    where list_table = 'contact' and reason_code is null
    group by sent_by, client_id, task_key
    having count(distinct batch_id) > 1
),

checked_row as (
    select
        distinct_row.row_id,
        distinct_row.sent_by,
        distinct_row.received_at,
        distinct_row.list_table,
        distinct_row.sheet,
        distinct_row.sheet_row,
        distinct_row.client_key,
        distinct_row.client_id,
        distinct_row.task_key,
        distinct_row.typed_cells,
        distinct_row.contacted_at,
        distinct_row.reason_code,
        distinct_row.column_name,
        distinct_row.is_replaced,
        distinct_row.list_table = 'contact'
        and distinct_row.reason_code is null
        and disagreement.client_id is not null as is_disagreement,
        row_number() over (
            partition by
                distinct_row.sent_by, distinct_row.list_table, distinct_row.client_id,
                distinct_row.task_key, distinct_row.reason_code is null
            order by
                distinct_row.is_replaced,
                distinct_row.contacted_at desc nulls last,
                distinct_row.batch_rank desc,
                distinct_row.row_id desc
        ) = 1 as is_deciding
    from distinct_row
    left join disagreement
        on coalesce(distinct_row.sent_by, '') = coalesce(disagreement.sent_by, '')
        and distinct_row.client_id = disagreement.client_id
        and coalesce(distinct_row.task_key, '') = coalesce(disagreement.task_key, '')
)

select * from checked_row
