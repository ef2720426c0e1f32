with delivered_row as (
    {{ current_rows('adt', 'event') }}
),

event as (
    select
        event_id,
        coalesce(source_patient_id, 'medicaid:' || upper(trim(medicaid_id))) as source_client_id,
        sending_facility_id,
        facility_name,
        facility_type,
        visit_number,
        event_type,
        patient_class,
        event_at,
        event_at_precision,
        source_patient_id,
        {{ upper_code('medicaid_id') }} as medicaid_id,
        first_name,
        last_name,
        {{ plausible_birth_date('birth_date') }} as birth_date,
        sex,
        {{ icd_code('diagnosis_code') }} as diagnosis_code,
        {{ padded_code('discharge_disposition_code', 2) }} as discharge_disposition_code,
        admitted_from,
        received_at as reported_at,
        _batch_id,
        _source_row
    from delivered_row
)

select * from event
