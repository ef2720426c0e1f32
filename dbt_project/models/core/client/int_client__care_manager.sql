with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

assignment as (
    select client_key, assignment_id, staff_id, start_date, end_date
    from {{ ref('fct_assignment') }}
    where role = 'care_manager' and client_key is not null
),

-- rules/tasks-and-lanes.md#owner: of several, the latest start, then the lowest id
current_assignment as (
    select
        assignment.client_key,
        assignment.staff_id,
        row_number() over (
            partition by assignment.client_key
            order by assignment.start_date desc, assignment.assignment_id
        ) as assignment_rank
    from assignment
    cross join run
    where run.as_of_date >= assignment.start_date
        and coalesce(run.as_of_date <= assignment.end_date, true)
),

care_manager as (
    select
        client_key,
        max(case when assignment_rank = 1 then staff_id end) as care_manager_id,
        cast(count(distinct staff_id) as integer) as care_manager_count
    from current_assignment
    group by client_key
)

select * from care_manager
