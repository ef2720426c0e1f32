with delivered_row as (
    {{ current_rows('ehr', 'staff_program') }}
),

staff_program as (
    select
        staff_id,
        program_id,
        start_date,
        end_date,
        _batch_id,
        _source_row
    from delivered_row
)

select * from staff_program
