with record as (
    {{ sender_record('outreach_log', 'returned_row', client_source='ehr') }}
),

returned_row as (
    select
        record.row_id,
        record.list_table,
        record.list_row,
        record.sheet,
        record.sheet_row,
        record.staff_id,
        record.client_source,
        record.client_scope,
        record.source_client_id,
        record.task_key,
        record.typed_cells,
        {{ lineage_columns('record', of_client=false) }}
    from record
)

select * from returned_row
