with intake_record as (
    {{ client_record(
        'intake',
        day=local_date('record.first_contact_at', 'run.time_zone'),
        happened_at='record.first_contact_at',
        has_program=false
    ) }}
),

run as (
    select as_of from {{ ref('int_run__as_of') }}
),

intake as (
    select
        {{ surrogate_key(['source', 'intake_id']) }} as intake_key,
        intake_id,
        client_key,
        first_contact_at,
        record_date as first_contact_date,
        channel,
        urgency,
        {{ known_by_as_of('initial_evaluation_at') }} as initial_evaluation_at,
        {{ known_by_as_of('first_service_at') }} as first_service_at,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from intake_record
    cross join run
)

select * from intake
