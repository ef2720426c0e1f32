with enrollment_record as (
    {{ agency_record('ehr', 'program_enrollment', day='record.start_date') }}
),

program_enrollment as (
    select
        {{ surrogate_key(["'ehr'", 'enrollment_id']) }} as program_enrollment_key,
        enrollment_id,
        client_key,
        program_id,
        start_date,
        end_date,
        end_reason,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from enrollment_record
)

select * from program_enrollment
