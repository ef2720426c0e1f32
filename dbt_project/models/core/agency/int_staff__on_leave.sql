with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

staff_leave as (
    select staff_id, start_date, end_date, cover_staff_id from {{ ref('input_staff_leave') }}
),

-- of overlapping absences, the one that started last names the cover
current_leave as (
    select
        staff_leave.staff_id,
        staff_leave.start_date,
        max(staff_leave.end_date) over (partition by staff_leave.staff_id) as end_date,
        nullif(staff_leave.cover_staff_id, staff_leave.staff_id) as cover_staff_id,
        row_number() over (
            partition by staff_leave.staff_id
            order by
                staff_leave.start_date desc, staff_leave.end_date desc, staff_leave.cover_staff_id
        ) as leave_rank
    from staff_leave
    inner join run on run.as_of_date between staff_leave.start_date and staff_leave.end_date
),

staff_away as (
    select staff_id, start_date, end_date, cover_staff_id from current_leave
    where leave_rank = 1
),

-- rules/tasks-and-lanes.md#leave: a cover who is away too takes no clients
on_leave as (
    select
        staff_away.staff_id,
        staff_away.start_date,
        staff_away.end_date,
        staff_away.cover_staff_id,
        case when cover_away.staff_id is null then staff_away.cover_staff_id end
            as present_cover_staff_id
    from staff_away
    left join staff_away as cover_away on staff_away.cover_staff_id = cover_away.staff_id
)

select * from on_leave
