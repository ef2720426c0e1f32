with intake_record as (
    {{ agency_record(
        'ehr', 'intake',
        day=local_date('record.first_contact_at', 'run.time_zone'),
        happened_at='record.first_contact_at',
        has_program=false
    ) }}
),

intake as (
    select
        {{ surrogate_key(["'ehr'", 'intake_id']) }} as intake_key,
        intake_id,
        client_key,
        first_contact_at,
        record_date as first_contact_date,
        channel,
        urgency,
        initial_evaluation_at,
        first_service_at,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from intake_record
)

select * from intake
