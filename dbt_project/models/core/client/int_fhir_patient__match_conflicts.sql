{{ config(materialized='view') }}

with compared_identifier as (
    select * from {{ ref('int_fhir_patient__compared') }}
    where client_id is not null
),

patient as (
    select * from {{ ref('int_client__from_fhir') }}
),

-- patients of FHIR are linked already; what did not link, for other birth dates or because it leads
-- to two clients, is for a person to look at. What another one has replaced is no person
doubted_patient as (
    select
        'ehr_fhir' as source,
        '' as source_scope,
        patient.source_client_id,
        compared.client_id,
        compared.identifier_type,
        compared.identifier,
        compared.is_same_birth_date,
        compared.is_birth_date_missing
    from compared_identifier as compared
    inner join patient on compared.person_id = patient.source_client_id
    where
        patient.client_id <> compared.client_id
        and (not compared.is_same_birth_date or patient.match_rule in ('own_id', 'merged'))
)

select * from doubted_patient
