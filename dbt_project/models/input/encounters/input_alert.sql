with alert as (
    {{ union_of_senders('alert', [
        'event_id', 'sending_facility_id', 'has_facility_description', 'facility_name',
        'facility_type', 'visit_number', 'event_type', 'patient_class', 'event_at',
        'event_at_precision', 'source_patient_id', 'medicaid_id', 'first_name', 'last_name',
        'name_suffix', 'birth_date', 'sex', 'address', 'zip_code', 'phone', 'is_deceased',
        'death_at', 'diagnosis_code', 'discharge_disposition_code', 'admitted_from',
        'reported_at',
    ]) }}
)

select * from alert
