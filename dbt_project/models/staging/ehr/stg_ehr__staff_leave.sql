with delivered_row as (
    {{ current_rows('ehr', 'staff_leave') }}
),

staff_leave as (
    select
        staff_id,
        start_date,
        end_date,
        cover_staff_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from staff_leave
