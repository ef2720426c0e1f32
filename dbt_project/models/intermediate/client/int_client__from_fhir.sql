-- a patient is the agency's client whose id it carries, or whose Medicaid id (MBI) and birth
-- date it has; else a client under the FHIR id as it is
with patient as (
    select * from {{ ref('stg_ehr_fhir__patient') }}
),

compared_identifier as (
    select * from {{ ref('int_client__fhir_compared') }}
),

{{ merged_records('patient') }},

-- a person whose identifiers lead to two clients is neither, until someone has looked
chosen as (
    select
        person_id,
        coalesce(min(case when is_own_id then client_id end), min(client_id)) as client_id,
        case min(case identifier_type when 'client' then 1 when 'medicaid' then 2 else 3 end)
            when 1 then 'agency_id'
            when 2 then 'medicaid_id_and_birth_date'
            else 'medicare_id_and_birth_date'
        end as match_rule
    from compared_identifier
    where is_same_birth_date
    group by person_id
    having count(distinct client_id) = 1 or bool_or(is_own_id)
),

held_identifier as (
    select
        person_id,
        min(case when identifier_type = 'medicaid' then identifier end) as medicaid_id,
        min(case when identifier_type = 'medicare' then identifier end) as medicare_id
    from compared_identifier
    group by person_id
),

fhir_client as (
    select
        patient.source_client_id,
        merged_record.surviving_client_id as person_id,
        coalesce(chosen.client_id, merged_record.surviving_client_id) as client_id,
        case
            when chosen.client_id is not null then chosen.match_rule
            when merged_record.was_merged
                and patient.source_client_id <> merged_record.surviving_client_id then 'merged'
            else 'own_id'
        end as match_rule,
        patient.birth_date,
        held_identifier.medicaid_id,
        held_identifier.medicare_id
    from patient
    inner join merged_record on patient.source_client_id = merged_record.source_client_id
    left join chosen on merged_record.surviving_client_id = chosen.person_id
    left join held_identifier on merged_record.surviving_client_id = held_identifier.person_id
)

select * from fhir_client
