with
run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

recipient_view as (
    select client_key, part2_view from {{ ref('int_client__recipient_view') }}
),

program as (
    select program_id, program_name, is_part2 from {{ ref('dim_program') }}
),

current_enrollment as (
    select
        enrollment.client_key,
        program.program_name,
        min(enrollment.start_date) over (partition by enrollment.client_key) as first_start_date,
        row_number() over (
            partition by enrollment.client_key
            order by enrollment.start_date desc, enrollment.enrollment_id
        ) as enrollment_rank
    from {{ ref('fct_program_enrollment') }} as enrollment
    cross join run
    inner join recipient_view on enrollment.client_key = recipient_view.client_key
    left join program on enrollment.program_id = program.program_id
    where enrollment.start_date <= run.as_of_date
        and (enrollment.end_date is null or enrollment.end_date >= run.as_of_date)
        and (recipient_view.part2_view = 'full' or not enrollment.is_part2)
),

-- rules/caseload-sheets.md#part-2: the name of a Part 2 program's therapist would show the program
part2_staff as (
    select distinct member.staff_id
    from {{ ref('int_staff__program_member') }} as member
    inner join program on member.program_id = program.program_id
    where program.is_part2
),

current_therapist as (
    select
        assignment.client_key,
        staff.staff_name,
        row_number() over (
            partition by assignment.client_key
            order by assignment.start_date desc, assignment.assignment_id
        ) as assignment_rank
    from {{ ref('fct_assignment') }} as assignment
    cross join run
    inner join recipient_view on assignment.client_key = recipient_view.client_key
    inner join {{ ref('dim_staff') }} as staff on assignment.staff_id = staff.staff_id
    left join part2_staff on assignment.staff_id = part2_staff.staff_id
    where assignment.role = 'therapist'
        and assignment.start_date <= run.as_of_date
        and (assignment.end_date is null or assignment.end_date >= run.as_of_date)
        and (recipient_view.part2_view = 'full' or part2_staff.staff_id is null)
),

client_care as (
    select
        recipient_view.client_key,
        current_enrollment.program_name,
        cast(floor((run.as_of_date - current_enrollment.first_start_date) / 7.0) as integer)
            as weeks_in_treatment,
        current_therapist.staff_name as therapist_name
    from recipient_view
    cross join run
    left join current_enrollment
        on recipient_view.client_key = current_enrollment.client_key
        and current_enrollment.enrollment_rank = 1
    left join current_therapist
        on recipient_view.client_key = current_therapist.client_key
        and current_therapist.assignment_rank = 1
)

select * from client_care
