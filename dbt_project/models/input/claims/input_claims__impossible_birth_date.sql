with impossible_birth_date as (
    {{ impossible_birth_dates('claims', 'eligibility', 'birth_date', 'death_date') }}
)

select * from impossible_birth_date
