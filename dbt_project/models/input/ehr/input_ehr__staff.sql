with record as (
    {{ sender_record('ehr', 'staff') }}
),

staff as (
    select
        record.staff_id,
        record.staff_name,
        record.role,
        record.team,
        record.site_id,
        record.languages,
        record.shift_minutes,
        record.available_from_time,
        record.available_to_time,
        record.recipient_key,
        {{ lineage_columns('record', of_client=false) }}
    from record
)

select * from staff
