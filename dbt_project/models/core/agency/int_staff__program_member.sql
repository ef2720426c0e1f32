with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

staff_program as (
    select staff_id, program_id, start_date, end_date from {{ ref('input_staff_program') }}
),

program_member as (
    select distinct staff_program.staff_id, staff_program.program_id
    from staff_program
    inner join run
        on staff_program.start_date <= run.as_of_date
        and coalesce(staff_program.end_date, run.as_of_date) >= run.as_of_date
)

select * from program_member
