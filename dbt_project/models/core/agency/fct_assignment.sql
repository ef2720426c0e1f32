with assignment_record as (
    {{ client_record('assignment', day='record.start_date', has_program=false) }}
),

run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

assignment as (
    select
        {{ surrogate_key(['source', 'assignment_id']) }} as assignment_key,
        assignment_id,
        client_key,
        staff_id,
        role,
        start_date,
        case when end_date > run.as_of_date then null else end_date end as end_date,
        false as is_part2,
        received_at,
        evidence_table,
        evidence_key
    from assignment_record
    cross join run
)

select * from assignment
