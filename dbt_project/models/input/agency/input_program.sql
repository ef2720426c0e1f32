with program as (
    {{ union_of_senders('program', [
        'program_id', 'program_name', 'service_line', 'site_id', 'is_part2',
        'expected_visit_interval_days',
    ], of_client=false) }}
)

select * from program
