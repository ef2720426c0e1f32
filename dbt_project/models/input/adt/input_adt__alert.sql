with hie_record as (
    {{ sender_record('adt', 'event', client_scope='record.sending_facility_id') }}
),

message as (
    select * from {{ ref('input_adt__message') }}
    where event_type is not null
),

batch as (
    select batch_id, first_received_at, batch_rank from {{ ref('stg_caseload__batch_order') }}
),

hie_alert as (
    select
        record.event_id,
        record.sending_facility_id,
        true as has_facility_description,
        record.facility_name,
        record.facility_type,
        record.visit_number,
        record.event_type,
        record.patient_class,
        record.event_at,
        record.event_at_precision,
        record.source_patient_id,
        record.medicaid_id,
        record.first_name,
        record.last_name,
        cast(null as {{ dbt.type_string() }}) as name_suffix,
        record.birth_date,
        record.sex,
        cast(null as {{ dbt.type_string() }}) as address,
        cast(null as {{ dbt.type_string() }}) as zip_code,
        cast(null as {{ dbt.type_string() }}) as phone,
        cast(null as boolean) as is_deceased,
        cast(null as timestamp with time zone) as death_at,
        record.diagnosis_code,
        record.discharge_disposition_code,
        record.admitted_from,
        record.reported_at,
        {{ lineage_columns('record') }}
    from hie_record as record
),

-- MSH-10 numbers messages, not events: two messages may report the same event
hospital_alert as (
    select
        cast(null as {{ dbt.type_string() }}) as event_id,
        message.sending_facility_id,
        false as has_facility_description,
        cast(null as {{ dbt.type_string() }}) as facility_name,
        cast(null as {{ dbt.type_string() }}) as facility_type,
        message.visit_number,
        message.event_type,
        message.patient_class,
        message.event_at,
        message.event_at_precision,
        message.source_patient_id,
        message.medicaid_id,
        message.first_name,
        message.last_name,
        message.name_suffix,
        message.birth_date,
        message.sex,
        message.address,
        message.zip_code,
        message.phone,
        message.is_deceased,
        message.death_at,
        message.diagnosis_code,
        message.discharge_disposition_code,
        message.admitted_from,
        message.reported_at,
        'adt' as source,
        'message' as source_table,
        'adt' as client_source,
        message.sending_facility_id as client_scope,
        coalesce(message.source_patient_id, 'medicaid:' || message.medicaid_id)
            as source_client_id,
        message.is_part2_labelled,
        batch.first_received_at as received_at,
        batch.batch_rank,
        message._batch_id,
        message._source_row,
        {{ evidence_columns('raw_adt.message', 'message') }}
    from message
    left join batch on message._batch_id = batch.batch_id
),

alert as (
    select * from hie_alert
    union all
    select * from hospital_alert
)

select * from alert
