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
        {%- for n in range(1, 9) %}
        diagnosis{{ n }} as diagnosis_code_{{ n }},
        {%- endfor %}
        appointmentid as encounter_id,
        servicedate as service_at,
        healthcareclaimtypeid1 as claim_type_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from claim
