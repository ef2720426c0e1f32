-- rules/identity.md#client-id
with person as (
    select * from {{ ref('input_person') }}
),

merged_client as (
    select * from {{ ref('int_client__merged') }}
),

agency_patient as (
    select * from {{ ref('int_agency_patient__matched') }}
),

identified_client as (
    select
        person.source,
        person.client_scope as source_scope,
        person.source_client_id,
        coalesce(
            merged_client.surviving_client_id, agency_patient.own_client_id, person.client_id
        ) as client_id,
        person.has_demographics,
        person.medical_claim_count,
        person.pharmacy_claim_count,
        case
            when merged_client.surviving_client_id <> person.source_client_id
                or agency_patient.person_id <> person.source_client_id
                then 'merged'
        end as link_rule
    from person
    left join merged_client
        on person.source = merged_client.source
        and person.source_client_id = merged_client.source_client_id
    left join agency_patient
        on person.source = agency_patient.source
        and person.client_scope = agency_patient.source_scope
        and person.source_client_id = agency_patient.source_client_id
)

select * from identified_client
