with impossible_birth_date as (
    {{ impossible_birth_dates('adt', 'event', 'birth_date') }}
    union all
    {{ impossible_birth_dates('adt', 'message', 'birth_date', 'death_at') }}
)

select * from impossible_birth_date
