with delivered_row as (
    {{ current_rows('ehr', 'program_enrollment') }}
),

program_enrollment as (
    select
        enrollment_id,
        client_id as source_client_id,
        program_id,
        start_date,
        end_date,
        end_reason,
        _batch_id,
        _source_row
    from delivered_row
)

select * from program_enrollment
