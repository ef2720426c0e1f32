{{ config(materialized='table') }}

{#
    Longer than the budget: other messages of the same patient and visit complete each message, so that later models need
    not know that messages correct each other.
#}
with adt_message as (
    select
        *,
        coalesce(
            {%- for n in range(1, 11) %}
            case when diagnosis_type_{{ n }} = 'F' then diagnosis_code_{{ n }} end,
            {%- endfor %}
            diagnosis_code_1
        ) as diagnosis_code
    from {{ ref('stg_adt__message') }}
    where message_type = 'ADT' and coalesce(processing_id, 'P') not in ('D', 'T')
),

trigger_rule as (
    select * from {{ ref('adt_trigger') }}
),

merged_patient as (
    select * from {{ ref('input_adt__merged_patient') }}
),

discharge_disposition as (
    select * from {{ ref('discharge_disposition') }}
),

-- rules/encounters-and-claims.md#alerts: in the order of EVN-2, then MSH-7, not of arrival
numbered_message as (
    select
        adt_message.* exclude (source_patient_id),
        coalesce(merged_patient.surviving_patient_id, adt_message.source_patient_id)
            as source_patient_id,
        row_number() over (
            order by
                coalesce(adt_message.recorded_at, adt_message.message_at),
                adt_message.message_at, adt_message._batch_id, adt_message._source_row
        ) as message_sequence
    from adt_message
    left join merged_patient
        on adt_message.sender_id = merged_patient.sender_id
        and adt_message.source_patient_id = merged_patient.prior_patient_id
),

patient as (
    select
        sender_id,
        source_patient_id,
        {{ latest_non_null('medicaid_id') }} as medicaid_id,
        {{ latest_non_null('birth_date') }} as birth_date,
        {{ latest_non_null('is_deceased') }} as is_deceased,
        {{ latest_non_null('death_at') }} as death_at
    from numbered_message
    where source_patient_id is not null
    group by sender_id, source_patient_id
),

-- a visit has one facility, also where one of its messages (a cancellation, for example) omits it;
-- rules/privacy.md#hl7-labels: a label holds for all messages of the visit
visit as (
    select
        sender_id,
        visit_number,
        min_by(visit_facility_id, message_sequence) filter (where visit_facility_id is not null)
            as visit_facility_id,
        bool_or(part2_label is not null) as is_part2_labelled,
        max_by(diagnosis_code, message_sequence) filter (
            where trigger_event = 'A08' and diagnosis_code is not null
        ) as diagnosis_code,
        max(message_sequence) filter (where trigger_event = 'A08' and diagnosis_code is not null)
            as diagnosis_number,
        max_by(discharge_disposition_code, message_sequence) filter (
            where trigger_event = 'A08' and discharge_disposition_code is not null
        ) as discharge_disposition_code,
        max(message_sequence) filter (
            where trigger_event = 'A08' and discharge_disposition_code is not null
        ) as disposition_number
    from numbered_message
    where visit_number is not null
    group by sender_id, visit_number
),

-- the row for the message's class, else the row for every class
triggered_message as (
    select
        message.*,
        case when class_rule.trigger_event is not null then class_rule.event_type
            else any_rule.event_type
        end as event_type,
        case when class_rule.trigger_event is not null then class_rule.moment
            else any_rule.moment
        end as moment,
        any_rule.default_class
    from numbered_message as message
    left join trigger_rule as class_rule
        on message.trigger_event = class_rule.trigger_event
        and message.patient_class = class_rule.patient_class
    left join trigger_rule as any_rule
        on message.trigger_event = any_rule.trigger_event and any_rule.patient_class is null
),

-- EVN-6 of a cancellation is the time of the cancelled event: the cancellation happened then or
-- when it was recorded, whichever is later
timed_message as (
    select
        *,
        case moment
            when 'admitted' then admitted_at
            when 'discharged' then discharged_at
            when 'cancelled'
                then case when event_at > recorded_at then event_at else recorded_at end
        end as moment_at,
        case moment
            when 'admitted' then admitted_at_precision
            when 'discharged' then discharged_at_precision
            when 'cancelled'
                then
                    case when event_at > recorded_at then event_at_precision
                        else recorded_at_precision
                    end
        end as moment_precision
    from triggered_message
),

happened_message as (
    select
        *,
        coalesce(moment_at, event_at, recorded_at, message_at) as happened_at,
        case
            when moment_at is not null then moment_precision
            when event_at is not null then event_at_precision
            when recorded_at is not null then recorded_at_precision
            else message_at_precision
        end as happened_precision
    from timed_message
),

-- an event that is cancelled and reported again with a corrected time is valid, also where the
-- corrected time is before the cancellation
repeated_message as (
    select
        *,
        case
            when visit_number is null then null
            when event_type = 'cancelled_discharge'
                then min(case when event_type = 'discharge' then happened_at end)
                        over reported_later
            when event_type = 'cancelled_admit'
                then
                    min(case when event_type in ('admit', 'presented') then happened_at end)
                        over reported_later
        end as repeated_at,
        coalesce(bool_or(event_type = 'cancelled_discharge') over reported_later, false)
            as is_retracted
    from happened_message
    window reported_later as (
        partition by sender_id, visit_number order by message_sequence
        rows between 1 following and unbounded following
    )
),

enriched_message as (
    select
        message.sender_id,
        message.message_sequence,
        message.trigger_event,
        coalesce(visit.visit_facility_id, message.visit_facility_id, message.sender_id)
            as sending_facility_id,
        message.visit_number,
        -- A03 of a deceased patient (PID-30) is the death, unless PV1-36 says otherwise
        case
            when
                message.event_type = 'discharge'
                and message.is_deceased
                and message.visit_number is not null
                and not message.is_retracted
                and coalesce(disposition.category = 'died', true)
                then 'deceased'
            else message.event_type
        end as event_type,
        coalesce(message.patient_class, message.default_class) as patient_class,
        case when message.repeated_at <= message.happened_at
                then message.repeated_at - interval '1 second'
            else message.happened_at
        end as event_at,
        case when message.repeated_at <= message.happened_at then 'time'
            else message.happened_precision
        end as event_at_precision,
        message.source_patient_id,
        coalesce(patient.medicaid_id, message.medicaid_id) as medicaid_id,
        message.first_name,
        message.last_name,
        message.name_suffix,
        coalesce(patient.birth_date, message.birth_date) as birth_date,
        message.sex,
        message.address,
        message.zip_code,
        message.phone,
        coalesce(patient.is_deceased, message.is_deceased) as is_deceased,
        coalesce(patient.death_at, message.death_at) as death_at,
        case when visit.diagnosis_number > message.message_sequence then visit.diagnosis_code
            else coalesce(message.diagnosis_code, visit.diagnosis_code)
        end as diagnosis_code,
        case when visit.disposition_number > message.message_sequence
                then visit.discharge_disposition_code
            else coalesce(message.discharge_disposition_code, visit.discharge_disposition_code)
        end as discharge_disposition_code,
        message.admitted_from,
        coalesce(visit.is_part2_labelled, message.part2_label is not null) as is_part2_labelled,
        case when message.message_at_precision = 'time' then message.message_at end as reported_at,
        message._batch_id,
        message._source_row
    from repeated_message as message
    left join patient
        on message.sender_id = patient.sender_id
        and message.source_patient_id = patient.source_patient_id
    left join visit
        on message.sender_id = visit.sender_id and message.visit_number = visit.visit_number
    left join discharge_disposition as disposition
        on message.discharge_disposition_code = disposition.discharge_disposition_code
)

select * from enriched_message
