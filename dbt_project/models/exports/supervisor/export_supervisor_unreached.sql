-- rules/returned-workbooks.md#team-sheets
with staff as (
    select staff_id, staff_name from {{ ref('dim_staff') }}
),

client as (
    select
        team_client.client_id,
        team_client.client_name,
        team_client.birth_date,
        team_client.recipient_staff_id,
        staff.staff_name as recipient_name,
        team_client.unable_to_reach,
        team_client.team
    from {{ ref('mart_team_client') }} as team_client
    left join staff on team_client.recipient_staff_id = staff.staff_id
    where team_client.unable_to_reach is not null
)

select * from client
