with delivered_row as (
    {{ current_rows('claims', 'medical_claim') }}
),

claim_line as (
    select
        claim_id,
        claim_line_number,
        claim_type,
        person_id as source_client_id,
        {{ upper_code('member_id') }} as member_id,
        payer,
        plan,
        claim_start_date,
        claim_end_date,
        claim_line_start_date,
        claim_line_end_date,
        admission_date,
        discharge_date,
        admit_source_code,
        admit_type_code,
        {{ padded_code('discharge_disposition_code', 2) }} as discharge_disposition_code,
        {{ padded_code('place_of_service_code', 2) }} as place_of_service_code,
        {{ bill_type_code('bill_type_code') }} as bill_type_code,
        drg_code_type,
        {{ padded_code('drg_code', 3) }} as drg_code,
        {{ padded_code('revenue_center_code', 4) }} as revenue_center_code,
        service_unit_quantity,
        {{ upper_code('hcpcs_code') }} as hcpcs_code,
        {%- for n in range(1, 6) %}
        {{ upper_code('hcpcs_modifier_' ~ n) }} as hcpcs_modifier_{{ n }},
        {%- endfor %}
        rendering_npi,
        rendering_tin,
        billing_npi,
        billing_tin,
        facility_npi,
        {{ upper_code('rendering_taxonomy_code') }} as rendering_taxonomy_code,
        {{ upper_code('facility_taxonomy_code') }} as facility_taxonomy_code,
        paid_date,
        paid_amount,
        allowed_amount,
        charge_amount,
        coinsurance_amount,
        copayment_amount,
        deductible_amount,
        total_cost_amount,
        diagnosis_code_type,
        {%- for n in range(1, 26) %}
        {{ icd_code('diagnosis_code_' ~ n) }} as diagnosis_code_{{ n }},
        {%- endfor %}
        {%- for n in range(1, 26) %}
        {{ upper_code('diagnosis_poa_' ~ n) }} as diagnosis_poa_{{ n }},
        {%- endfor %}
        procedure_code_type,
        {%- for n in range(1, 26) %}
        {{ icd_code('procedure_code_' ~ n) }} as procedure_code_{{ n }},
        {%- endfor %}
        {%- for n in range(1, 26) %}
        procedure_date_{{ n }},
        {%- endfor %}
        claim_frequency_code,
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

select * from claim_line
