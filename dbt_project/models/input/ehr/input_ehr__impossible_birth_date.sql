with impossible_birth_date as (
    {{ impossible_birth_dates('ehr', 'client', 'birth_date', 'death_date') }}
)

select * from impossible_birth_date
