{%- set groups = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] -%}

with staff as (
    select staff_id, staff_name, team from {{ ref('dim_staff') }}
),

care_manager as (
    select staff_id, staff_name, team from {{ ref('dim_staff') }}
    where role = 'care_manager'
),

caseload as (
    select * from {{ ref('int_team__load') }}
),

on_leave as (
    select * from {{ ref('int_staff__on_leave') }}
),

listed_client as (
    select recipient_staff_id, worklist_group, is_late from {{ ref('mart_team_client') }}
    where list_status = 'on_list'
),

list_count as (
    select
        recipient_staff_id,
        {% for group in groups %}
        cast(count(case when worklist_group = '{{ group | upper }}' then 1 end) as integer)
            as group_{{ group }}_count,
        cast(count(case
            when worklist_group = '{{ group | upper }}' and is_late then 1
        end) as integer) as group_{{ group }}_late_count,
        {% endfor %}
        cast(count(*) as integer) as listed_count
    from listed_client
    group by recipient_staff_id
),

latest_return as (
    select staff_id, received_at, sent_count, look_count from {{ ref('mart_return') }}
),

team_staff as (
    select
        care_manager.staff_id,
        care_manager.staff_name,
        care_manager.team,
        coalesce(caseload.client_count, 0) as client_count,
        coalesce(caseload.load_units, cast(0 as decimal(9, 1))) as load_units,
        cast({{ risk_setting('capacity_units') }} as decimal(9, 1)) as capacity_units,
        coalesce(list_count.listed_count, 0) as listed_count,
        {% for group in groups %}
        coalesce(list_count.group_{{ group }}_count, 0) as group_{{ group }}_count,
        coalesce(list_count.group_{{ group }}_late_count, 0) as group_{{ group }}_late_count,
        {% endfor %}
        on_leave.end_date as away_until_date,
        cover.staff_name as cover_name,
        latest_return.received_at as last_return_at,
        latest_return.sent_count,
        latest_return.look_count
    from care_manager
    left join caseload on care_manager.staff_id = caseload.care_manager_id
    left join list_count on care_manager.staff_id = list_count.recipient_staff_id
    left join on_leave on care_manager.staff_id = on_leave.staff_id
    left join staff as cover on on_leave.present_cover_staff_id = cover.staff_id
    left join latest_return on care_manager.staff_id = latest_return.staff_id
)

select * from team_staff
