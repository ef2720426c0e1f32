with delivered_row as (
    {{ current_rows('ehr', 'authorization') }}
),

payer_authorization as (
    select
        authorization_id,
        client_id as source_client_id,
        payer,
        service_line,
        start_date,
        end_date,
        units_approved,
        units_used,
        _batch_id,
        _source_row
    from delivered_row
)

select * from payer_authorization
