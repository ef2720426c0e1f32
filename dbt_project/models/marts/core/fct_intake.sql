with intake_record as (
    {{ agency_record(
        'ehr', 'intake',
        day=local_date('record.first_contact_at', 'run.time_zone'),
        happened_at='record.first_contact_at',
        has_program=false
    ) }}
),

run as (
    select time_zone from {{ ref('stg_caseload__run') }}
),

intake as (
    select
        {{ surrogate_key(["'ehr'", 'intake_record.intake_id']) }} as intake_key,
        intake_record.intake_id,
        intake_record.client_key,
        intake_record.first_contact_at,
        {{ local_date('intake_record.first_contact_at', 'run.time_zone') }} as first_contact_date,
        intake_record.channel,
        intake_record.urgency,
        intake_record.initial_evaluation_at,
        intake_record.first_service_at,
        intake_record.is_part2,
        intake_record.received_at,
        intake_record.evidence_table,
        intake_record.evidence_key
    from intake_record
    cross join run
)

select * from intake
