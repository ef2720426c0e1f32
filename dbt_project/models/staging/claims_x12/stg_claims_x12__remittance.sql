with delivered_row as (
    {{ current_rows('claims_x12', 'remittance') }}
),

remittance as (
    select
        claim_id,
        claim_status_code,
        charge_amount,
        paid_amount,
        patient_responsibility_amount,
        {{ upper_code('claim_filing_code') }} as claim_filing_code,
        payer_claim_control_number,
        {{ upper_code('facility_code') }} as facility_code,
        {{ upper_code('claim_frequency_code') }} as claim_frequency_code,
        {{ padded_code('drg_code', 3) }} as drg_code,
        remittance_number,
        trace_number,
        payment_date,
        production_date,
        payer_id,
        payer_name,
        payee_id,
        payee_npi,
        {{ upper_code('patient_id') }} as patient_id,
        patient_id_qualifier,
        {{ upper_code('subscriber_id') }} as subscriber_id,
        {{ upper_code('corrected_subscriber_id') }} as corrected_subscriber_id,
        patient_last_name,
        patient_first_name,
        patient_middle_name,
        rendering_npi,
        statement_from_date,
        statement_to_date,
        received_date,
        adjusted_co_amount,
        adjusted_pr_amount,
        adjusted_oa_amount,
        adjusted_pi_amount,
        deductible_amount,
        coinsurance_amount,
        copayment_amount,
        _batch_id,
        _source_row
    from delivered_row
)

select * from remittance
