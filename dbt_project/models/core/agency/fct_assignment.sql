with assignment_record as (
    {{ agency_record('ehr', 'assignment', day='record.start_date', has_program=false) }}
),

assignment as (
    select
        {{ surrogate_key(["'ehr'", 'assignment_id']) }} as assignment_key,
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
