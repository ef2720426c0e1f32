with delivered_row as (
    {{ current_rows('ehr', 'consent') }}
),

consent as (
    select
        consent_id,
        client_id as source_client_id,
        recipient_type,
        recipient_id,
        purpose,
        scope,
        program_id,
        start_date,
        end_date,
        revoked_at,
        _batch_id,
        _source_row
    from delivered_row
)

select * from consent
