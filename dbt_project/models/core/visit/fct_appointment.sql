with appointment_record as (
    {{ agency_record(
        'ehr', 'appointment',
        day=local_date('record.scheduled_at', 'run.time_zone'),
        happened_at='record.created_at'
    ) }}
),

run as (
    select as_of, time_zone from {{ ref('int_run__as_of') }}
),

booked_appointment as (
    select
        appointment.*,
        {{ local_date('appointment.scheduled_at', 'run.time_zone') }} as scheduled_date
    from {{ ref('int_appointment__from_siu') }} as appointment
    cross join run
    where {{ happened_by_as_of('appointment.created_at') }}
),

client as (
    select * from {{ ref('int_client__matched') }}
),

part2_span as (
    select * from {{ ref('int_client__part2_span') }}
),

batch as (
    select * from {{ ref('stg_caseload__batch_order') }}
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
    union all
    select
        {{ surrogate_key(["'siu'", 'booked.appointment_id']) }},
        booked.appointment_id,
        client.client_key,
        booked.scheduled_at,
        booked.scheduled_date,
        booked.duration_minutes,
        booked.service_line,
        booked.service_code,
        null,
        booked.site_id,
        booked.provider_id,
        booked.status,
        booked.status_at,
        null,
        booked.created_at,
        null,
        part2_span.client_key is not null or part2_provider.npi is not null,
        batch.first_received_at,
        {{ evidence_columns('raw_adt.message', 'booked') }}
    from booked_appointment as booked
    left join client
        on
        client.source = 'adt'
        and booked.sender_id = client.source_scope
        and booked.source_patient_id = client.source_client_id
    left join part2_span
        on
        client.client_key = part2_span.client_key
        and booked.scheduled_date between part2_span.start_date and part2_span.end_date
    left join part2_provider on booked.provider_id = part2_provider.npi
    left join batch on booked._batch_id = batch.batch_id
    union all
    select * from {{ ref('int_appointment__from_fhir') }}
),

-- a status that an appointment gets after as_of, or an attendance in the future, is not known yet
dated_appointment as (
    select
        appointment.*,
        coalesce(
            appointment.status_at > run.as_of
            or (appointment.status in ('kept', 'no_show') and appointment.scheduled_at > run.as_of),
            false
        ) as is_status_after_as_of
    from appointment
    cross join run
),

known_appointment as (
    select
        * exclude (is_status_after_as_of)
        replace (
            case when is_status_after_as_of then 'scheduled' else status end as status,
            case when not is_status_after_as_of then status_at end as status_at,
            case when not is_status_after_as_of then rescheduled_to_appointment_id end
                as rescheduled_to_appointment_id
        )
    from dated_appointment
)

select * from known_appointment
