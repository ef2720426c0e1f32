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
        method,
        fromdate as started_at,
        todate as ended_at,
        placeofservice as place_of_service,
        procedurecode as procedure_code,
        modifier1 as modifier_1,
        modifier2 as modifier_2,
        diagnosisref1 as diagnosis_reference_1,
        diagnosisref2 as diagnosis_reference_2,
        diagnosisref3 as diagnosis_reference_3,
        diagnosisref4 as diagnosis_reference_4,
        units,
        departmentid as department_id,
        notes,
        unitamount as unit_amount,
        transferoutid as transfer_out_id,
        transfertype as transfer_type,
        payments,
        adjustments,
        transfers,
        outstanding,
        appointmentid as encounter_id,
        linenote as line_note,
        patientinsuranceid as patient_insurance_id,
        feescheduleid as fee_schedule_id,
        providerid as provider_id,
        supervisingproviderid as supervising_provider_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from claim_transaction
