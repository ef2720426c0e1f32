{{ config(materialized='view') }}

with booked_patient as (
    select distinct sender_id, source_patient_id, last_name, birth_date
    from {{ ref('input_adt__appointment') }}
),

agency_client as (
    select * from {{ ref('stg_ehr__client') }}
),

surviving_client as (
    select * from {{ ref('int_client__merged') }}
),

-- an equal number alone is chance: hospitals count from one too
booked_client as (
    select
        'adt' as source,
        patient.sender_id as source_scope,
        patient.source_patient_id as source_client_id,
        surviving_client.surviving_client_id as client_id,
        'client' as identifier_type,
        patient.source_patient_id as identifier,
        true as is_same_birth_date,
        false as is_birth_date_missing
    from booked_patient as patient
    inner join agency_client as client
        on
        patient.source_patient_id = client.source_client_id
        and patient.birth_date = client.birth_date
        and lower(patient.last_name) = lower(client.last_name)
    inner join surviving_client on client.source_client_id = surviving_client.source_client_id
)

select * from booked_client
