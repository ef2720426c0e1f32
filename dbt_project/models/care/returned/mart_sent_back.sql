-- rules/returned-workbooks.md#sent-back
with checked_row as (
    select * from {{ ref('int_return__checked') }}
    where reason_code is not null or is_disagreement
),

client as (
    select client_key, client_id, first_name, preferred_name, last_name, care_manager_id
    from {{ ref('dim_client') }}
),

sent_back as (
    select
        {{ surrogate_key(['checked_row.row_id']) }} as sent_back_key,
        checked_row.sent_by as staff_id,
        checked_row.client_key,
        checked_row.client_id,
        -- an id with a typing error must not show the name of somebody else's client
        case
            when client.care_manager_id = checked_row.sent_by
                then trim(
                        coalesce(nullif(trim(client.preferred_name), ''), client.first_name, '')
                        || ' ' || coalesce(client.last_name, '')
                    )
        end as client_name,
        checked_row.task_key,
        checked_row.list_table,
        checked_row.sheet,
        checked_row.sheet_row,
        checked_row.reason_code,
        checked_row.column_name,
        checked_row.is_deciding,
        checked_row.typed_cells,
        checked_row.received_at
    from checked_row
    left join client on checked_row.client_key = client.client_key
)

select * from sent_back
