with record as (
    {{ sender_record('ehr', 'assignment') }}
),

assignment as (
    select
        record.assignment_id,
        record.staff_id,
        record.role,
        record.start_date,
        record.end_date,
        false as is_provisional,
        {{ lineage_columns('record') }}
    from record
)

select * from assignment
