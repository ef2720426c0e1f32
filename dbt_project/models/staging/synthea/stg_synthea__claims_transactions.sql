with delivered_row as (
    {{ current_rows('synthea', 'claims_transactions') }}
),

claim_transaction as (
    select
        id as transaction_id,
        claimid as claim_id,
        chargeid as charge_id,
        patientid as source_client_id,
        type as transaction_type,
        amount,
        fromdate as started_at,
        todate as ended_at,
        procedurecode as procedure_code,
        units,
        payments,
        adjustments,
        outstanding,
        appointmentid as encounter_id,
        providerid as provider_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from claim_transaction
