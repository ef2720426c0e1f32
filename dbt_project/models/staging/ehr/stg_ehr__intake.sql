with delivered_row as (
    {{ current_rows('ehr', 'intake') }}
),

intake as (
    select
        intake_id,
        client_id as source_client_id,
        first_contact_at,
        channel,
        urgency,
        initial_evaluation_at,
        first_service_at,
        _batch_id,
        _source_row
    from delivered_row
)

select * from intake
