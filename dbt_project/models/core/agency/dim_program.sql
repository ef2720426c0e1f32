with program as (
    select * from {{ ref('input_program') }}
),

service_line_default as (
    select * from {{ ref('service_line_default') }}
),

described_program as (
    select
        {{ surrogate_key(['program.program_id']) }} as program_key,
        program.program_id,
        program.program_name,
        program.service_line,
        program.site_id,
        coalesce(program.is_part2, false) as is_part2,
        coalesce(
            program.expected_visit_interval_days, service_line_default.visit_interval_days
        ) as expected_visit_interval_days
    from program
    left join service_line_default on program.service_line = service_line_default.service_line
)

select * from described_program
