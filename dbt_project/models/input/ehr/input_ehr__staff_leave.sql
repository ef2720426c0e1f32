with record as (
    {{ sender_record('ehr', 'staff_leave') }}
),

staff_leave as (
    select
        record.staff_id,
        record.start_date,
        record.end_date,
        record.cover_staff_id,
        {{ lineage_columns('record', of_client=false) }}
    from record
)

select * from staff_leave
