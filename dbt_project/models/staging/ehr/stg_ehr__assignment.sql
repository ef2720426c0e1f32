with delivered_row as (
    {{ current_rows('ehr', 'assignment') }}
),

assignment as (
    select
        assignment_id,
        client_id as source_client_id,
        staff_id,
        role,
        start_date,
        end_date,
        _batch_id,
        _source_row
    from delivered_row
)

select * from assignment
