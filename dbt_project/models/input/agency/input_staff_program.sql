with staff_program as (
    {{ union_of_senders('staff_program', [
        'staff_id', 'program_id', 'start_date', 'end_date',
    ], of_client=false) }}
)

select * from staff_program
