with delivered_row as (
    {{ current_rows('ehr', 'program') }}
),

program as (
    select
        program_id,
        program_name,
        service_line,
        site_id,
        is_part2,
        expected_visit_interval_days,
        _batch_id,
        _source_row
    from delivered_row
)

select * from program
