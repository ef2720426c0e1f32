{{ config(materialized='view') }}

with message as (
    select * from {{ ref('int_adt_message__enriched') }}
    where event_type is not null
),

hie_alert as (
    select
        event_id,
        source_client_id,
        sending_facility_id,
        facility_name,
        facility_type,
        visit_number,
        event_type,
        patient_class,
        event_at,
        event_at_precision,
        source_patient_id,
        medicaid_id,
        first_name,
        last_name,
        cast(null as {{ dbt.type_string() }}) as name_suffix,
        birth_date,
        sex,
        cast(null as {{ dbt.type_string() }}) as address,
        cast(null as {{ dbt.type_string() }}) as zip_code,
        cast(null as {{ dbt.type_string() }}) as phone,
        cast(null as boolean) as is_deceased,
        cast(null as timestamp with time zone) as death_at,
        diagnosis_code,
        discharge_disposition_code,
        admitted_from,
        received_at,
        'raw_adt.event' as evidence_table,
        _batch_id,
        _source_row
    from {{ ref('stg_adt__event') }}
),

-- the number of a message says nothing of the event: two messages may tell the same one
hospital_alert as (
    select
        cast(null as {{ dbt.type_string() }}) as event_id,
        coalesce(source_patient_id, 'medicaid:' || medicaid_id) as source_client_id,
        sending_facility_id,
        facility_name,
        facility_type,
        visit_number,
        event_type,
        patient_class,
        event_at,
        event_at_precision,
        source_patient_id,
        medicaid_id,
        first_name,
        last_name,
        name_suffix,
        birth_date,
        sex,
        address,
        zip_code,
        phone,
        is_deceased,
        death_at,
        diagnosis_code,
        discharge_disposition_code,
        admitted_from,
        reported_at as received_at,
        'raw_adt.message' as evidence_table,
        _batch_id,
        _source_row
    from message
),

delivered_alert as (
    select * from hie_alert
    union all
    select * from hospital_alert
)

select * from delivered_alert
