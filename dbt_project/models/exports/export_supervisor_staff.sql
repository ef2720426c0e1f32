-- rules/tasks-and-lanes.md#capacity
with staff as (
    select staff_id, staff_name, team from {{ ref('dim_staff') }}
    where role = 'care_manager'
),

caseload as (
    select
        care_manager_id,
        max(client_count) as client_count,
        max(load_units) as load_units,
        max(capacity_units) as capacity_units
    from {{ ref('mart_caseload') }}
    group by care_manager_id
),

latest_return as (
    select staff_id, received_at, sent_count, look_count from {{ ref('mart_return') }}
),

care_manager as (
    select
        staff.staff_id,
        staff.staff_name,
        staff.team,
        coalesce(caseload.client_count, 0) as client_count,
        caseload.load_units,
        caseload.capacity_units,
        latest_return.received_at as last_return_at,
        latest_return.sent_count,
        latest_return.look_count
    from staff
    left join caseload on staff.staff_id = caseload.care_manager_id
    left join latest_return on staff.staff_id = latest_return.staff_id
)

select * from care_manager
