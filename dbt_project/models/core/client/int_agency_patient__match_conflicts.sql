{{ config(materialized='view') }}

with compared_identifier as (
    select * from {{ ref('int_agency_patient__compared') }}
),

patient as (
    select * from {{ ref('int_agency_patient__matched') }}
),

-- a replaced patient is left out: its identifiers count for the patient that replaced it
match_conflict as (
    select
        patient.source,
        patient.source_scope,
        patient.source_client_id,
        compared.client_id,
        compared.identifier_type,
        compared.identifier,
        compared.is_same_birth_date,
        compared.is_birth_date_missing
    from compared_identifier as compared
    inner join patient
        on compared.source = patient.source
        and compared.source_scope = patient.source_scope
        and compared.person_id = patient.source_client_id
    where patient.client_id <> compared.client_id
        and (not compared.is_same_birth_date or patient.match_rule in ('own_id', 'merged'))
)

select * from match_conflict
