{{ config(materialized='table') }}

with record as (
    {{ sender_record('ehr_fhir', 'Appointment', part2_label='record.part2_label is not null') }}
),

appointment_status as (
    select * from {{ ref('fhir_appointment_status') }}
),

appointment_class as (
    select source_value as class_code, mapped_value as modality from {{ ref('fhir_code') }}
    where kind = 'appointment_class'
),

service_line as (
    select code, service_line from {{ ref('appointment_service_line') }}
),

-- the service line comes from the first code that has one; without a start there is no appointment
appointment as (
    select
        record.appointment_id,
        record.started_at as scheduled_at,
        coalesce(
            record.minutes_duration,
            {{ dbt.datediff('record.started_at', 'record.ended_at', 'minute') }}
        ) as duration_minutes,
        coalesce(
            service_line.service_line, type_line.service_line, specialty_line.service_line, 'other'
        ) as service_line,
        record.procedure_code,
        record.program_id,
        record.location_id as site_id,
        record.practitioner_id as provider_id,
        appointment_status.status,
        record.last_updated as status_at,
        cast(null as {{ dbt.type_string() }}) as rescheduled_to_appointment_id,
        record.created_at,
        appointment_class.modality,
        record.referral_id,
        {{ lineage_columns('record') }}
    from record
    inner join appointment_status
        on record.status = appointment_status.resource_status
        and coalesce(split_part(record.cancelation_reason_code, '-', 1), 'none')
        = appointment_status.reason_group
    left join service_line on upper(record.service_type_code) = service_line.code
    left join service_line as type_line on upper(record.appointment_type_code) = type_line.code
    left join service_line as specialty_line on upper(record.specialty_code) = specialty_line.code
    left join appointment_class on record.class_code = appointment_class.class_code
    where record.started_at is not null
)

select * from appointment
