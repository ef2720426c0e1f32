-- FHIR is the record system too: a patient is the agency's client whose id it carries, or whose
-- Medicaid id (MBI) and birth date it has; else a client under the FHIR id as it is
with patient as (
    select * from {{ ref('stg_ehr_fhir__patient') }}
),

patient_identifier as (
    select * from {{ ref('stg_ehr_fhir__patient_identifier') }}
),

identifier_kind as (
    select * from {{ ref('fhir_identifier_kind') }}
),

agency_client as (
    select
        client.source_client_id,
        client.medicaid_id,
        client.medicare_id,
        client.birth_date,
        merged.surviving_client_id as client_id
    from {{ ref('stg_ehr__client') }} as client
    inner join {{ ref('int_client__merged') }} as merged
        on client.source_client_id = merged.source_client_id
),

{{ merged_records('patient') }},

-- what any record of a person says, its survivor's and those merged into it
person as (
    select patient.*, merged_record.surviving_client_id as person_id
    from patient
    inner join merged_record on patient.source_client_id = merged_record.source_client_id
),

person_identifier as (
    select distinct
        person.person_id,
        person.birth_date,
        patient_identifier.identifier,
        identifier_kind.identifier_kind
    from person
    inner join patient_identifier on person.source_client_id = patient_identifier.source_client_id
    left join identifier_kind
        on (
            identifier_kind.told_by = 'type'
            and patient_identifier.type_code = identifier_kind.told
        )
        or (
            identifier_kind.told_by = 'system'
            and patient_identifier.identifier_system = identifier_kind.told
        )
    where coalesce(patient_identifier.identifier_use, '') <> 'old'
),

-- the record's own id is the agency's where the agency has it: two clients cannot share one
candidate as (
    select person.person_id, client.client_id, 1 as preference, 'agency_id' as match_rule
    from person
    inner join agency_client as client on person.source_client_id = client.source_client_id
    union
    select identifier.person_id, client.client_id, 2, 'agency_id'
    from person_identifier as identifier
    inner join agency_client as client
        on identifier.identifier = upper(client.source_client_id)
        and coalesce(identifier.birth_date = client.birth_date, true)
    where identifier.identifier_kind is null
    {%- for kind in ['medicaid', 'medicare'] %}
    union
    select identifier.person_id, client.client_id, 3, '{{ kind }}_id_and_birth_date'
    from person_identifier as identifier
    inner join agency_client as client
        on identifier.identifier = client.{{ kind }}_id
        and identifier.birth_date = client.birth_date
    where identifier.identifier_kind = '{{ kind }}'
    {%- endfor %}
),

-- a person whose identifiers lead to two clients is neither, until someone has looked
chosen as (
    select
        person_id,
        coalesce(min(case when preference = 1 then client_id end), min(client_id)) as client_id,
        case when min(preference) < 3 then 'agency_id' else min(match_rule) end as match_rule
    from candidate
    group by person_id
    having count(distinct client_id) = 1 or min(preference) = 1
),

held_identifier as (
    select
        person_id,
        min(case when identifier_kind = 'medicaid' then identifier end) as medicaid_id,
        min(case when identifier_kind = 'medicare' then identifier end) as medicare_id
    from person_identifier
    group by person_id
),

fhir_client as (
    select
        person.source_client_id,
        person.person_id,
        coalesce(chosen.client_id, person.person_id) as client_id,
        case
            when chosen.client_id is not null then chosen.match_rule
            when person.source_client_id <> person.person_id then 'merged'
            else 'own_id'
        end as match_rule,
        person.birth_date,
        held_identifier.medicaid_id,
        held_identifier.medicare_id
    from person
    left join chosen on person.person_id = chosen.person_id
    left join held_identifier on person.person_id = held_identifier.person_id
)

select * from fhir_client
