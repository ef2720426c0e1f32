with delivered_row as (
    {{ current_rows('claims', 'pharmacy_claim') }}
),

fill as (
    select
        claim_id,
        claim_line_number,
        person_id as source_client_id,
        {{ upper_code('member_id') }} as member_id,
        payer,
        plan,
        prescribing_provider_npi,
        dispensing_provider_npi,
        dispensing_date,
        {{ unhyphenated_code('ndc_code') }} as ndc_code,
        quantity,
        days_supply,
        refills,
        paid_date,
        paid_amount,
        allowed_amount,
        charge_amount,
        coinsurance_amount,
        copayment_amount,
        deductible_amount,
        original_claim_id,
        claim_status,
        in_network_flag,
        data_source,
        file_name,
        file_date,
        ingest_datetime,
        _batch_id,
        _source_row
    from delivered_row
)

select * from fill
