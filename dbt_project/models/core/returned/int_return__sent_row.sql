-- rules/returned-workbooks.md#sending
with staff as (
    select staff_id from {{ ref('dim_staff') }}
),

batch as (
    select distinct batch_id, source, returned_by
    from {{ ref('stg_caseload__batch') }}
),

returned_row as (
    select
        returned.*,
        coalesce(staff.staff_id, batch.returned_by) as sent_by
    from {{ ref('input_returned_row') }} as returned
    inner join batch on returned._batch_id = batch.batch_id
    left join staff on returned.staff_id = staff.staff_id
),

reject as (
    select
        source,
        table_name,
        batch_id,
        source_row,
        reason_code,
        {{ dbt.split_part('detail', "':'", 1) }} as column_name
    from {{ ref('stg_caseload__reject') }}
),

replaced_row as (
    select distinct source, source_table, _batch_id, _source_row
    from {{ ref('input_superseded_row') }}
),

contact as (
    select
        source, source_table, _batch_id, _source_row, contacted_at, outcome, channel,
        is_after_return
    from {{ ref('input_contact') }}
),

client as (
    select source, source_scope, source_client_id, client_key
    from {{ ref('int_client__matched') }}
),

run as (
    select as_of from {{ ref('int_run__as_of') }}
),

-- a row is wrong by the contract, by its client or by its time
sent_row as (
    select
        returned_row.row_id,
        returned_row.sent_by,
        returned_row._batch_id as batch_id,
        returned_row.batch_rank,
        returned_row.list_table,
        returned_row.list_row,
        returned_row.sheet,
        returned_row.sheet_row,
        client.client_key,
        returned_row.source_client_id as client_id,
        returned_row.task_key,
        returned_row.typed_cells,
        contact.contacted_at,
        contact.outcome,
        contact.channel,
        replaced_row.source is not null as is_replaced,
        case
            when reject.source is not null then reject.reason_code
            when client.client_key is null and returned_row.source_client_id is not null
                then 'unknown_client'
            when contact.contacted_at > run.as_of or contact.is_after_return then 'in_the_future'
        end as reason_code,
        case
            when reject.source is not null then reject.column_name
            when client.client_key is null and returned_row.source_client_id is not null
                then 'client_id'
            when contact.contacted_at > run.as_of or contact.is_after_return then 'contacted_at'
        end as column_name
    from returned_row
    cross join run
    left join reject
        on returned_row.source = reject.source
        and returned_row.list_table = reject.table_name
        and returned_row._batch_id = reject.batch_id
        and returned_row.list_row = reject.source_row
    left join replaced_row
        on returned_row.source = replaced_row.source
        and returned_row.list_table = replaced_row.source_table
        and returned_row._batch_id = replaced_row._batch_id
        and returned_row.list_row = replaced_row._source_row
    left join contact
        on returned_row.source = contact.source
        and returned_row.list_table = contact.source_table
        and returned_row._batch_id = contact._batch_id
        and returned_row.list_row = contact._source_row
    left join client
        on returned_row.client_source = client.source
        and returned_row.client_scope = client.source_scope
        and returned_row.source_client_id = client.source_client_id
)

select * from sent_row
