with delivered_row as (
    {{ current_rows('outreach_log', 'pass_request') }}
),

pass_request as (
    select
        client_id as source_client_id,
        task_key,
        staff_id,
        pass_to_staff_id,
        pass_reason,
        _batch_id,
        _source_row
    from delivered_row
)

select * from pass_request
