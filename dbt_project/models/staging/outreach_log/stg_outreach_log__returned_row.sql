with delivered_row as (
    {{ current_rows('outreach_log', 'returned_row') }}
),

returned_row as (
    select
        row_id,
        list_table,
        list_row,
        sheet,
        sheet_row,
        staff_id,
        client_id as source_client_id,
        task_key,
        typed_cells,
        _batch_id,
        _source_row
    from delivered_row
)

select * from returned_row
