with returned_row as (
    {{ union_of_senders('returned_row', [
        'row_id', 'list_table', 'list_row', 'sheet', 'sheet_row', 'staff_id', 'client_source',
        'client_scope', 'source_client_id', 'task_key', 'typed_cells',
    ], of_client=false) }}
)

select * from returned_row
