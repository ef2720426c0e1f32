with delivered_row as (
    {{ current_rows('ehr', 'staff') }}
),

staff as (
    select
        staff_id,
        staff_name,
        role,
        team,
        site_id,
        languages,
        shift_minutes,
        available_from_time,
        available_to_time,
        recipient_key,
        _batch_id,
        _source_row
    from delivered_row
)

select * from staff
