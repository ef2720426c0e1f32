with delivered_row as (
    {{ current_rows('outreach_log', 'contact') }}
),

contact as (
    select
        contact_id,
        task_key,
        client_id as source_client_id,
        staff_id,
        contacted_at,
        contacted_at_precision as contacted_precision,
        channel,
        outcome,
        is_two_way,
        appointment_id,
        next_follow_up_date,
        minutes,
        instructions_reviewed,
        medications_reconciled,
        summary_received,
        same_time_number,
        sheet_row is not null as is_returned,
        _batch_id,
        _source_row
    from delivered_row
)

select * from contact
