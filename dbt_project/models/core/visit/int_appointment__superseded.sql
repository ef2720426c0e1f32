{{ config(materialized='view') }}

with version_record as (
    {{ client_record(
        'appointment_version',
        day=local_date('record.scheduled_at', 'run.time_zone'),
        happened_at='record.created_at',
        has_program=false
    ) }}
),

superseded_appointment as (
    select
        {{ surrogate_key(['source', 'appointment_id']) }} as appointment_key,
        appointment_id,
        client_key,
        scheduled_at,
        record_date as scheduled_date,
        service_line,
        status,
        replaced_at,
        _batch_id,
        _source_row,
        evidence_table,
        evidence_key
    from version_record
)

select * from superseded_appointment
