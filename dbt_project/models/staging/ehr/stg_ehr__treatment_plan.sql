with delivered_row as (
    {{ current_rows('ehr', 'treatment_plan') }}
),

treatment_plan as (
    select
        plan_id,
        client_id as source_client_id,
        program_id,
        start_date,
        next_review_date,
        signed_at,
        status,
        _batch_id,
        _source_row
    from delivered_row
)

select * from treatment_plan
