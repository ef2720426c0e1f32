with delivered_row as (
    {{ current_rows('claims_x12', 'claim') }}
),

claim as (
    select
        claim_id,
        charge_amount,
        guide,
        {{ upper_code('facility_code') }} as facility_code,
        facility_code_qualifier,
        {{ upper_code('claim_frequency_code') }} as claim_frequency_code,
        payer_claim_control_number,
        clearinghouse_claim_number,
        onset_date,
        statement_from_date,
        statement_to_date,
        admission_date,
        admission_time,
        discharge_date,
        discharge_time,
        service_from_date,
        service_to_date,
        admission_type_code,
        admission_source_code,
        {{ padded_code('patient_status_code', 2) }} as patient_status_code,
        {{ padded_code('drg_code', 3) }} as drg_code,
        {{ icd_code('admitting_diagnosis_code') }} as admitting_diagnosis_code,
        diagnosis_count,
        {%- for n in range(1, 26) %}
        {{ icd_code('diagnosis_code_' ~ n) }} as diagnosis_code_{{ n }},
        {%- endfor %}
        {%- for n in range(1, 26) %}
        {{ upper_code('diagnosis_qualifier_' ~ n) }} as diagnosis_qualifier_{{ n }},
        {%- endfor %}
        {%- for n in range(1, 26) %}
        {{ upper_code('diagnosis_poa_' ~ n) }} as diagnosis_poa_{{ n }},
        {%- endfor %}
        {%- for n in range(1, 26) %}
        {{ icd_code('procedure_code_' ~ n) }} as procedure_code_{{ n }},
        {%- endfor %}
        {%- for n in range(1, 26) %}
        {{ upper_code('procedure_qualifier_' ~ n) }} as procedure_qualifier_{{ n }},
        {%- endfor %}
        {%- for n in range(1, 26) %}
        procedure_date_{{ n }},
        {%- endfor %}
        billing_npi,
        billing_tax_id,
        {{ upper_code('billing_taxonomy_code') }} as billing_taxonomy_code,
        billing_name,
        rendering_npi,
        attending_npi,
        {{ upper_code('rendering_taxonomy_code') }} as rendering_taxonomy_code,
        {{ upper_code('attending_taxonomy_code') }} as attending_taxonomy_code,
        facility_npi,
        facility_name,
        payer_responsibility_code,
        {{ upper_code('claim_filing_code') }} as claim_filing_code,
        group_number,
        payer_id,
        payer_name,
        {{ upper_code('subscriber_id') }} as subscriber_id,
        patient_relationship_code,
        has_patient_loop,
        patient_last_name,
        patient_first_name,
        patient_middle_name,
        patient_name_suffix,
        {{ plausible_birth_date('patient_birth_date', 'patient_death_date') }}
            as patient_birth_date,
        {{ upper_code('patient_sex') }} as patient_sex,
        patient_death_date,
        patient_address,
        patient_city,
        patient_state,
        patient_zip_code,
        _batch_id,
        _source_row
    from delivered_row
)

select * from claim
