with treatment_plan as (
    {{ union_of_senders('treatment_plan', [
        'plan_id', 'program_id', 'start_date', 'next_review_date', 'signed_at', 'status',
    ]) }}
)

select * from treatment_plan
