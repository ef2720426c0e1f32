with sent_back as (
    select
        sent_back_key,
        staff_id,
        client_id,
        client_name,
        task_key,
        list_table,
        sheet,
        sheet_row,
        reason_code,
        column_name,
        is_deciding,
        typed_cells
    from {{ ref('mart_sent_back') }}
)

select * from sent_back
