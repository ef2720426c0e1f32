with pass_request as (
    {{ union_of_senders('pass_request', [
        'task_key', 'staff_id', 'pass_to_staff_id', 'pass_reason',
    ]) }}
)

select * from pass_request
