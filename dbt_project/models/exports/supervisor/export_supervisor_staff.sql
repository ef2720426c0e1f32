with team_staff as (
    select * from {{ ref('mart_team_staff') }}
)

select * from team_staff
