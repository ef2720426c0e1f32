with enrollment_record as (
    {{ client_record('program_enrollment', day='record.start_date') }}
),

run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

program_enrollment as (
    select
        {{ surrogate_key(['source', 'enrollment_id']) }} as program_enrollment_key,
        enrollment_id,
        client_key,
        program_id,
        start_date,
        case when end_date > run.as_of_date then null else end_date end as end_date,
        case when end_date > run.as_of_date then null else end_reason end as end_reason,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from enrollment_record
    cross join run
)

select * from program_enrollment
