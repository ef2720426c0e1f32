with delivered_row as (
    {{ current_rows('claims_x12', 'provider_adjustment') }}
),

provider_adjustment as (
    select
        payer_id,
        trace_number,
        payee_id,
        provider_id,
        fiscal_date,
        adjustment_number,
        reason_code,
        reference_id,
        amount,
        _batch_id,
        _source_row
    from delivered_row
)

select * from provider_adjustment
