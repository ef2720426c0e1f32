with delivered_row as (
    {{ current_rows('synthea', 'claims') }}
),

claim as (
    select
        id as claim_id,
        patientid as source_client_id,
        providerid as provider_id,
        primarypatientinsuranceid as primary_insurance_id,
        secondarypatientinsuranceid as secondary_insurance_id,
        departmentid as department_id,
        patientdepartmentid as patient_department_id,
        {%- for n in range(1, 9) %}
        diagnosis{{ n }} as diagnosis_code_{{ n }},
        {%- endfor %}
        referringproviderid as referring_provider_id,
        appointmentid as encounter_id,
        currentillnessdate as illness_started_at,
        servicedate as service_at,
        supervisingproviderid as supervising_provider_id,
        status1 as status_1,
        status2 as status_2,
        statusp as status_p,
        outstanding1 as outstanding_1,
        outstanding2 as outstanding_2,
        outstandingp as outstanding_p,
        lastbilleddate1 as last_billed_1_at,
        lastbilleddate2 as last_billed_2_at,
        lastbilleddatep as last_billed_p_at,
        healthcareclaimtypeid1 as claim_type_id,
        healthcareclaimtypeid2 as secondary_claim_type_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from claim
