with impossible_birth_date as (
    {{ impossible_birth_dates('ehr_fhir', 'Patient', 'birth_date', 'deceased_at') }}
)

select * from impossible_birth_date
