{# Longer than the budget: a quarter of it is the columns of an input row. #}
{{ config(materialized='table') }}

with message as (
    select * from {{ ref('stg_adt__message') }}
    where coalesce(processing_id, 'P') not in ('D', 'T')
),

trigger_rule as (
    select * from {{ ref('siu_trigger') }}
),

filler_status as (
    select * from {{ ref('siu_filler_status') }}
),

service_code as (
    select * from {{ ref('appointment_service_line') }}
),

merged_patient as (
    select * from {{ ref('input_adt__merged_patient') }}
),

numbered_message as (
    select
        message.* exclude (source_patient_id),
        coalesce(merged_patient.surviving_patient_id, message.source_patient_id)
            as source_patient_id,
        row_number() over (
            order by message.message_at, message._batch_id, message._source_row
        ) as message_sequence
    from message
    left join merged_patient
        on message.sender_id = merged_patient.sender_id
        and message.source_patient_id = merged_patient.prior_patient_id
),

-- a scheduling message may leave out demographics that a registration message has
patient as (
    select
        sender_id,
        source_patient_id,
        {{ latest_non_null('medicaid_id') }} as medicaid_id,
        {{ latest_non_null('last_name') }} as last_name,
        {{ latest_non_null('birth_date') }} as birth_date
    from numbered_message
    where source_patient_id is not null
    group by sender_id, source_patient_id
),

-- the filler (the system that keeps the calendar) numbers appointments; a message of the placer may
-- have the placer's number only
named_message as (
    select
        *,
        coalesce(
            filler_appointment_id,
            max(filler_appointment_id) over (partition by sender_id, placer_appointment_id),
            'placer:' || placer_appointment_id
        ) as appointment_number
    from numbered_message
    where message_type = 'SIU'
),

-- the trigger outranks the status field, which some systems do not update
reported_message as (
    select
        message.*,
        case when trigger_rule.reported_status = 'scheduled'
                then coalesce(filler_status.reported_status, 'scheduled')
            else coalesce(trigger_rule.reported_status, filler_status.reported_status)
        end as reported_status
    from named_message as message
    inner join trigger_rule on message.trigger_event = trigger_rule.trigger_event
    left join filler_status on message.filler_status_code = filler_status.filler_status_code
    where message.appointment_number is not null
),

appointment as (
    select
        sender_id,
        appointment_number,
        {{ latest_non_null('reported_status') }} as reported_status,
        {{ latest_non_null('appointment_at') }} as scheduled_at,
        {{ latest_non_null('source_patient_id') }} as source_patient_id,
        {{ latest_non_null('appointment_service_code') }} as service_code,
        {{ latest_non_null('appointment_type_code') }} as type_code,
        {{ latest_non_null('appointment_facility_id') }} as site_id,
        {{ latest_non_null('appointment_provider_id') }} as provider_id,
        bool_or(part2_label is not null) as is_part2_labelled,
        min(message_at) as created_at,
        max_by(message_at, message_sequence) filter (where reported_status is not null)
            as status_at,
        max_by(
            case
                when appointment_end_at > appointment_at
                    then {{ dbt.datediff('appointment_at', 'appointment_end_at', 'minute') }}
                when appointment_duration_unit in ('S', 'SEC') then appointment_duration / 60
                when appointment_duration_unit in ('H', 'HR') then appointment_duration * 60
                else appointment_duration
            end,
            message_sequence
        ) filter (where appointment_at is not null) as reported_minutes,
        max_by(_batch_id, message_sequence) as _batch_id,
        max_by(_source_row, message_sequence) as _source_row
    from reported_message
    group by sender_id, appointment_number
),

batch as (
    select batch_id, first_received_at, batch_rank from {{ ref('stg_caseload__batch_order') }}
),

scheduled_appointment as (
    select
        appointment.sender_id || ':' || appointment.appointment_number as appointment_id,
        appointment.sender_id,
        appointment.source_patient_id,
        patient.medicaid_id,
        patient.last_name,
        patient.birth_date,
        appointment.scheduled_at,
        cast(nullif(round(appointment.reported_minutes), 0) as integer) as duration_minutes,
        coalesce(by_service.service_line, by_type.service_line, 'other') as service_line,
        appointment.service_code as procedure_code,
        cast(null as {{ dbt.type_string() }}) as program_id,
        appointment.site_id,
        appointment.provider_id,
        -- the message does not name who cancelled: a late cancellation is assumed to be the
        -- client's, so that the client is called
        case
            when appointment.reported_status <> 'cancelled' then appointment.reported_status
            when
                appointment.scheduled_at
                < appointment.status_at + {{ engagement_setting('late_cancel_hours') }}
                * interval '1 hour'
                then 'late_cancel'
            else 'client_cancel'
        end as status,
        appointment.status_at,
        cast(null as {{ dbt.type_string() }}) as rescheduled_to_appointment_id,
        appointment.created_at,
        cast(null as {{ dbt.type_string() }}) as modality,
        'adt' as source,
        'message' as source_table,
        'adt' as client_source,
        appointment.sender_id as client_scope,
        appointment.source_patient_id as source_client_id,
        appointment.is_part2_labelled,
        batch.first_received_at as received_at,
        batch.batch_rank,
        appointment._batch_id,
        appointment._source_row,
        {{ evidence_columns('raw_adt.message', 'appointment') }}
    from appointment
    left join patient
        on appointment.sender_id = patient.sender_id
        and appointment.source_patient_id = patient.source_patient_id
    left join service_code as by_service on appointment.service_code = by_service.code
    left join service_code as by_type on appointment.type_code = by_type.code
    left join batch on appointment._batch_id = batch.batch_id
    where appointment.reported_status <> 'deleted' and appointment.scheduled_at is not null
)

select * from scheduled_appointment
