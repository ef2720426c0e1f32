-- the day of discharge counts as a day at home: a stay has the nights up to the day before
with stay_night as (
    select
        part2_view,
        client_key,
        admit_date as start_date,
        cast({{ dbt.dateadd('day', -1, 'last_date') }} as date) as end_date
    from {{ ref('int_stay__in_hospital') }}
),

hospital_night as (
    {{ merged_spans('stay_night', ['client_key', 'part2_view']) }}
)

select * from hospital_night
