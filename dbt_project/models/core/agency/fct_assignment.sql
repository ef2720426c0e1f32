with assignment_record as (
    {{ client_record('assignment', day='record.start_date', has_program=false) }}
),

assignment as (
    select
        {{ surrogate_key(['source', 'assignment_id']) }} as assignment_key,
        assignment_id,
        client_key,
        staff_id,
        role,
        start_date,
        end_date,
        false as is_part2,
        received_at,
        evidence_table,
        evidence_key
    from assignment_record
)

select * from assignment
