with record as (
    {{ sender_record('ehr', 'program') }}
),

program as (
    select
        record.program_id,
        record.program_name,
        record.service_line,
        record.site_id,
        record.is_part2,
        record.expected_visit_interval_days,
        {{ lineage_columns('record', of_client=false) }}
    from record
)

select * from program
