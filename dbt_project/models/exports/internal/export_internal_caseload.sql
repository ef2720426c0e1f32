-- The work of each care manager: counts only, no client rows.
with

caseload as (
    select
        care_manager_id,
        team,
        cast(count(*) as bigint) as clients,
        cast(sum(caseload_units) as decimal(18, 4)) as caseload_units,
        cast(sum(open_task_count) as bigint) as open_tasks,
        cast(count(case when open_task_count > 0 then 1 end) as bigint) as clients_with_open_task
    from {{ ref('mart_caseload') }}
    group by care_manager_id, team
)

select * from caseload
