with appointment_record as (
    {{ client_record(
        'appointment',
        day=local_date('record.scheduled_at', 'run.time_zone'),
        happened_at='record.created_at'
    ) }}
),

run as (
    select as_of from {{ ref('int_run__as_of') }}
),

part2_provider as (
    select distinct npi from {{ ref('dim_provider') }}
    where is_part2
),

-- as of as_of, a later status is not known, and an appointment in the future is not kept or missed
dated_appointment as (
    select
        record.*,
        coalesce(
            record.status_at > run.as_of
            or (record.status in ('kept', 'no_show') and record.scheduled_at > run.as_of),
            false
        ) as is_status_after_as_of,
        record.is_part2 or part2_provider.npi is not null as is_part2_record
    from appointment_record as record
    cross join run
    left join part2_provider on record.provider_id = part2_provider.npi
),

appointment as (
    select
        {{ surrogate_key(['source', 'appointment_id']) }} as appointment_key,
        appointment_id,
        client_key,
        scheduled_at,
        record_date as scheduled_date,
        duration_minutes,
        service_line,
        procedure_code,
        program_id,
        site_id,
        provider_id,
        case when is_status_after_as_of then 'scheduled' else status end as status,
        case when not is_status_after_as_of then status_at end as status_at,
        case when not is_status_after_as_of then rescheduled_to_appointment_id end
            as rescheduled_to_appointment_id,
        created_at,
        modality,
        is_part2_record as is_part2,
        received_at,
        evidence_table,
        evidence_key
    from dated_appointment
)

select * from appointment
