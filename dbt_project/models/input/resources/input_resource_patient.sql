with resource_patient as (
    {{ union_of_senders('resource_patient', [
        'resource_id',
        'patient_id',
        'birth_date_written',
        'deceased_written',
    ], of_client=false) }}
)

select * from resource_patient
