with client as (
    select client_key, care_manager_id, is_listable from {{ ref('dim_client') }}
),

on_leave as (
    select * from {{ ref('int_staff__on_leave') }}
),

-- rules/tasks-and-lanes.md#leave: the cover takes the owner's clients; without one they are on the
-- list of unassigned clients
recipient as (
    select
        client.client_key,
        client.is_listable,
        client.care_manager_id as owner_staff_id,
        case when on_leave.staff_id is null then client.care_manager_id
            else on_leave.present_cover_staff_id
        end as recipient_staff_id,
        on_leave.staff_id as covering_for_staff_id,
        on_leave.end_date as owner_away_until_date
    from client
    left join on_leave on client.care_manager_id = on_leave.staff_id
)

select * from recipient
