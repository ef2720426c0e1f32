-- rules/returned-workbooks.md#passes
with request as (
    select * from {{ ref('int_return__pass_request') }}
),

client as (
    select * from {{ ref('mart_team_client') }}
    where owner_staff_id is not null
),

staff as (
    select staff_id, staff_name, team from {{ ref('dim_staff') }}
),

choice as (
    select client_key, chosen_date from {{ ref('int_assignment__chosen') }}
),

-- a choice since the request, also of the present care manager, answers it
open_request as (
    select request.*
    from request
    left join choice
        on request.client_key = choice.client_key and request.requested_date <= choice.chosen_date
    where choice.client_key is null
),

pass as (
    select
        client.client_id,
        client.client_name,
        client.birth_date,
        coalesce(owner_staff.team, client.team) as team,
        open_request.staff_id,
        asking_staff.staff_name,
        open_request.pass_to_staff_id,
        chosen_staff.staff_name as pass_to_name,
        open_request.pass_reason,
        open_request.requested_date
    from open_request
    inner join client on open_request.client_key = client.client_key
    left join staff as owner_staff on client.owner_staff_id = owner_staff.staff_id
    left join staff as asking_staff on open_request.staff_id = asking_staff.staff_id
    left join staff as chosen_staff on open_request.pass_to_staff_id = chosen_staff.staff_id
    where open_request.pass_to_staff_id <> client.owner_staff_id
)

select * from pass
