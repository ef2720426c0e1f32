with appointment_record as (
    {{ agency_record(
        'ehr', 'appointment',
        day=local_date('record.scheduled_at', 'run.time_zone')
    ) }}
),

part2_provider as (
    select distinct npi from {{ ref('dim_provider') }}
    where is_part2
),

appointment as (
    select
        {{ surrogate_key(["'ehr'", 'record.appointment_id']) }} as appointment_key,
        record.appointment_id,
        record.client_key,
        record.scheduled_at,
        record.record_date as scheduled_date,
        record.duration_minutes,
        record.service_line,
        record.procedure_code,
        record.program_id,
        record.site_id,
        record.provider_id,
        record.status,
        record.status_at,
        record.rescheduled_to_appointment_id,
        record.created_at,
        record.modality,
        record.is_part2 or part2_provider.npi is not null as is_part2,
        record.received_at,
        record.evidence_table,
        record.evidence_key
    from appointment_record as record
    left join part2_provider on record.provider_id = part2_provider.npi
)

select * from appointment
