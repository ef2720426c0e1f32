with impossible_birth_date as (
    {{ impossible_birth_dates('synthea', 'patients', 'birthdate', 'deathdate') }}
)

select * from impossible_birth_date
