with resource_condition as (
    {{ union_of_senders('resource_condition', [
        'resource_type',
        'resource_id',
        'patient_id',
        'clinical_status',
        'verification_status',
        'has_verification_status',
        'onset_written',
        'onset_age',
        'onset_age_unit',
        'abatement_written',
        'abatement_age',
        'abatement_age_unit',
    ], of_client=false) }}
)

select * from resource_condition
