-- rules/returned-workbooks.md#team-sheets
with client as (
    select team, list_status from {{ ref('mart_team_client') }}
),

account as (
    select team, list_status, cast(count(*) as integer) as client_count
    from client
    group by team, list_status
)

select * from account
