with program_enrollment as (
    {{ union_of_senders('program_enrollment', [
        'enrollment_id', 'program_id', 'start_date', 'end_date', 'end_reason',
    ]) }}
)

select * from program_enrollment
