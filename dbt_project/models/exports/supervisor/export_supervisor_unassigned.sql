-- rules/returned-workbooks.md#assignment-choices
with staff as (
    select staff_id, staff_name from {{ ref('dim_staff') }}
),

client as (
    select
        team_client.client_id,
        team_client.client_name,
        team_client.birth_date,
        team_client.site_id,
        team_client.suggested_staff_id,
        staff.staff_name as suggested_staff_name,
        team_client.suggested_by
    from {{ ref('mart_team_client') }} as team_client
    left join staff on team_client.suggested_staff_id = staff.staff_id
    where team_client.owner_staff_id is null
)

select * from client
