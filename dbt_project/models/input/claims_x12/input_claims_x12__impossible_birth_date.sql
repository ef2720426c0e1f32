with impossible_birth_date as (
    {{ impossible_birth_dates('claims_x12', 'claim', 'patient_birth_date', 'patient_death_date') }}
)

select * from impossible_birth_date
