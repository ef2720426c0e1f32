with delivered_row as (
    {{ current_rows('ehr', 'medication') }}
),

medication as (
    select
        medication_id,
        client_id as source_client_id,
        code_system,
        code,
        medication_class,
        start_date,
        end_date,
        is_long_acting_injectable,
        next_due_date,
        days_supply,
        program_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from medication
