{{ config(materialized='view') }}

with scheduled_patient as (
    select identifier.*
    from {{ ref('input_person_identifier') }} as identifier
    inner join {{ ref('person_source') }} as person_source
        on identifier.source = person_source.sender
    where person_source.person_role = 'hospital_patient' and identifier.identifier_type = 'client'
),

agency_client as (
    select
        person.source_client_id,
        person.birth_date,
        person.last_name,
        merged.surviving_client_id
    from {{ ref('input_person') }} as person
    inner join {{ ref('int_client__merged') }} as merged
        on person.source = merged.source and person.source_client_id = merged.source_client_id
),

-- an equal number alone may be coincidence, because hospitals also count from one
matched_patient as (
    select
        patient.source,
        patient.client_scope as source_scope,
        patient.source_client_id,
        client.surviving_client_id as client_id,
        patient.identifier_type,
        patient.identifier,
        true as is_same_birth_date,
        false as is_birth_date_missing
    from scheduled_patient as patient
    inner join agency_client as client
        on
        patient.identifier = client.source_client_id
        and patient.birth_date = client.birth_date
        and lower(patient.last_name) = lower(client.last_name)
)

select * from matched_patient
