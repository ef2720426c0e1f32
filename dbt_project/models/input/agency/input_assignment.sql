with assignment as (
    {{ union_of_senders('assignment', [
        'assignment_id', 'staff_id', 'role', 'start_date', 'end_date', 'is_provisional',
    ]) }}
)

select * from assignment
