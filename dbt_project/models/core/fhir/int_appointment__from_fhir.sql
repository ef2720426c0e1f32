with appointment_record as (
    {{ fhir_record(
        'Appointment', day=local_date('record.started_at', 'run.time_zone'),
        happened_at='coalesce(record.created_at, run.as_of)',
        has_program=true
    ) }}
),

appointment_status as (
    select * from {{ ref('fhir_appointment_status') }}
),

appointment_class as (
    select told as class_code, meaning as modality from {{ ref('fhir_code') }}
    where kind = 'appointment_class'
),

service_line as (
    select code, service_line from {{ ref('appointment_service_line') }}
),

part2_provider as (
    select distinct npi from {{ ref('dim_provider') }}
    where is_part2
),

-- the first of the codes that says a service line does; no start, no appointment yet
placed_appointment as (
    select
        record.*,
        appointment_status.status as appointment_status,
        coalesce(
            service_line.service_line, type_line.service_line, specialty_line.service_line, 'other'
        ) as service_line
    from appointment_record as record
    inner join appointment_status
        on record.status = appointment_status.resource_status
        and coalesce(split_part(record.cancelation_reason_code, '-', 1), 'none')
        = appointment_status.reason_group
    left join service_line on upper(record.service_type_code) = service_line.code
    left join service_line as type_line on upper(record.appointment_type_code) = type_line.code
    left join service_line as specialty_line on upper(record.specialty_code) = specialty_line.code
    where record.started_at is not null
),

appointment as (
    select
        {{ surrogate_key(["'ehr_fhir'", 'record.appointment_id']) }} as appointment_key,
        record.appointment_id,
        record.client_key,
        record.started_at as scheduled_at,
        record.record_date as scheduled_date,
        coalesce(
            record.minutes_duration,
            {{ dbt.datediff('record.started_at', 'record.ended_at', 'minute') }}
        ) as duration_minutes,
        record.service_line,
        record.procedure_code,
        record.program_id,
        record.location_id as site_id,
        record.practitioner_id as provider_id,
        record.appointment_status as status,
        record.last_updated as status_at,
        cast(null as {{ dbt.type_string() }}) as rescheduled_to_appointment_id,
        record.created_at,
        appointment_class.modality,
        record.is_part2 or part2_provider.npi is not null as is_part2,
        record.received_at,
        record.evidence_table,
        record.evidence_key
    from placed_appointment as record
    left join appointment_class on record.class_code = appointment_class.class_code
    left join part2_provider on record.practitioner_id = part2_provider.npi
)

select * from appointment
