with delivered_row as (
    {{ current_rows('outreach_log', 'assignment_choice') }}
),

assignment_choice as (
    select
        client_id as source_client_id,
        assigned_staff_id as staff_id,
        decided_by,
        decided_at,
        _batch_id,
        _source_row
    from delivered_row
)

select * from assignment_choice
