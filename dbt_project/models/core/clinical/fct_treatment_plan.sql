with plan_record as (
    {{ client_record('treatment_plan', day='record.start_date') }}
),

run as (
    select as_of from {{ ref('int_run__as_of') }}
),

treatment_plan as (
    select
        {{ surrogate_key(['source', 'plan_id']) }} as treatment_plan_key,
        plan_id,
        client_key,
        program_id,
        start_date,
        next_review_date,
        {{ known_by_as_of('signed_at') }} as signed_at,
        status,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from plan_record
    cross join run
)

select * from treatment_plan
