with record as (
    {{ sender_record('ehr', 'staff_program') }}
),

staff_program as (
    select
        record.staff_id,
        record.program_id,
        record.start_date,
        record.end_date,
        {{ lineage_columns('record', of_client=false) }}
    from record
)

select * from staff_program
