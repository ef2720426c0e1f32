with delivered_row as (
    {{ current_rows('adt', 'message') }}
),

patient_class as (
    select * from {{ ref('adt_patient_class') }}
),

restricted_row as (
    select
        _batch_id,
        _source_row,
        '~' || {{ upper_code('access_restrictions') }} || '~' as arv_values,
        '~' || {{ upper_code('consents') }} || '~' as con_values,
        '~' || {{ upper_code('person_protection') }} || '~' as pd1_values,
        '~' || {{ upper_code('visit_protection') }} || '~' as pv2_values
    from delivered_row
    where coalesce(access_restrictions, consents, person_protection, visit_protection) is not null
),

-- rules/privacy.md#hl7-labels
labelled_row as (
    select
        restricted_row._batch_id,
        restricted_row._source_row,
        min(hl7_label.part2_label) as part2_label
    from restricted_row
    inner join {{ ref('hl7_label') }} as hl7_label
        on
        case hl7_label.segment
            when 'ARV' then restricted_row.arv_values
            when 'CON' then restricted_row.con_values
            when 'PD1' then restricted_row.pd1_values
            when 'PV2' then restricted_row.pv2_values
        end like hl7_label.pattern
    group by restricted_row._batch_id, restricted_row._source_row
),

message as (
    select
        delivered_row.message_type,
        delivered_row.trigger_event,
        delivered_row.message_control_id,
        {{ upper_code('delivered_row.processing_id') }} as processing_id,
        coalesce(
            delivered_row.sending_facility_id, delivered_row.sending_application
        ) as sender_id,
        coalesce(
            delivered_row.servicing_facility_id, delivered_row.assigned_facility_id
        ) as visit_facility_id,
        delivered_row.message_at,
        delivered_row.message_at_precision,
        delivered_row.recorded_at,
        delivered_row.recorded_at_precision,
        delivered_row.event_at,
        delivered_row.event_at_precision,
        delivered_row.admitted_at,
        delivered_row.admitted_at_precision,
        delivered_row.discharged_at,
        delivered_row.discharged_at_precision,
        delivered_row.visit_number,
        patient_class.patient_class,
        delivered_row.source_patient_id,
        delivered_row.prior_patient_id,
        {{ upper_code('delivered_row.medicaid_id') }} as medicaid_id,
        delivered_row.first_name,
        delivered_row.last_name,
        delivered_row.name_suffix,
        {{ plausible_birth_date('delivered_row.birth_date', 'delivered_row.death_at') }}
            as birth_date,
        delivered_row.sex,
        delivered_row.address,
        delivered_row.zip_code,
        delivered_row.phone,
        coalesce(
            delivered_row.is_deceased, case when delivered_row.death_at is not null then true end
        ) as is_deceased,
        delivered_row.death_at,
        {%- for n in range(1, 11) %}
        {{ icd_code('delivered_row.diagnosis_code_' ~ n) }} as diagnosis_code_{{ n }},
        {{ upper_code('delivered_row.diagnosis_type_' ~ n) }} as diagnosis_type_{{ n }},
        {%- endfor %}
        {{ padded_code('delivered_row.discharge_disposition_code', 2) }}
            as discharge_disposition_code,
        delivered_row.admitted_from,
        delivered_row.placer_appointment_id,
        delivered_row.filler_appointment_id,
        {{ upper_code('delivered_row.appointment_event_reason_code') }}
            as appointment_event_reason_code,
        {{ upper_code('delivered_row.appointment_type_code') }} as appointment_type_code,
        {{ upper_code('delivered_row.appointment_service_code') }} as appointment_service_code,
        {{ upper_code('delivered_row.filler_status_code') }} as filler_status_code,
        delivered_row.appointment_at,
        delivered_row.appointment_at_precision,
        delivered_row.appointment_end_at,
        delivered_row.appointment_duration,
        {{ upper_code('delivered_row.appointment_duration_unit') }} as appointment_duration_unit,
        delivered_row.appointment_facility_id,
        delivered_row.appointment_provider_id,
        labelled_row.part2_label,
        delivered_row._batch_id,
        delivered_row._source_row
    from delivered_row
    left join patient_class
        on {{ upper_code('delivered_row.patient_class') }} = patient_class.patient_class_code
    left join labelled_row
        on delivered_row._batch_id = labelled_row._batch_id
        and delivered_row._source_row = labelled_row._source_row
)

select * from message
