with enrollment as (
    select * from {{ ref('input_program_enrollment') }}
),

part2_program as (
    select program_id from {{ ref('input_program') }}
    where is_part2
),

client as (
    select source, source_scope, source_client_id, client_key
    from {{ ref('int_client__matched') }}
),

part2_enrollment as (
    select
        client.client_key,
        enrollment.start_date,
        coalesce(enrollment.end_date, cast('9999-12-31' as date)) as end_date
    from enrollment
    inner join part2_program on enrollment.program_id = part2_program.program_id
    inner join client
        on enrollment.client_source = client.source
        and enrollment.client_scope = client.source_scope
        and enrollment.source_client_id = client.source_client_id
),

part2_span as (
    {{ merged_spans('part2_enrollment', ['client_key']) }}
)

select * from part2_span
