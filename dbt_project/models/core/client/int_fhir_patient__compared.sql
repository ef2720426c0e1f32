-- FHIR is the record system too: what leads from a patient to the agency's clients. A patient that
-- another one has replaced is the same person
with patient as (
    select * from {{ ref('stg_ehr_fhir__patient') }}
),

patient_identifier as (
    select identifier.* from {{ ref('stg_ehr_fhir__patient_identifier') }} as identifier
    cross join {{ ref('int_run__as_of') }} as run
    where
        coalesce(identifier.identifier_use, '') <> 'old'
        and coalesce(identifier.ended_at > run.as_of, true)
),

identifier_kind as (
    select told, meaning as identifier_kind from {{ ref('fhir_code') }}
    where kind = 'identifier_kind'
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

person as (
    select
        patient.source_client_id,
        patient.birth_date,
        merged_record.surviving_client_id as person_id
    from patient
    inner join merged_record on patient.source_client_id = merged_record.source_client_id
),

person_identifier as (
    select distinct
        person.person_id,
        person.birth_date,
        patient_identifier.identifier,
        coalesce(identifier_kind.identifier_kind, 'client') as identifier_type
    from person
    inner join patient_identifier on person.source_client_id = patient_identifier.source_client_id
    left join identifier_kind
        on identifier_kind.told
        in (
            'type:' || patient_identifier.type_code,
            'system:' || patient_identifier.identifier_system
        )
),

-- the record's own id is the agency's where the agency has it: two clients cannot share one
compared_identifier as (
    select
        person.person_id,
        'client' as identifier_type,
        person.source_client_id as identifier,
        client.client_id,
        true as is_own_id,
        true as is_same_birth_date,
        false as is_birth_date_missing
    from person
    inner join agency_client as client on person.source_client_id = client.source_client_id
    {%- for identifier_type, held in {
        'client': 'upper(client.source_client_id)',
        'medicaid': 'client.medicaid_id',
        'medicare': 'client.medicare_id',
    }.items() %}
    union all
    select
        identifier.person_id,
        identifier.identifier_type,
        identifier.identifier,
        client.client_id,
        false,
        coalesce(
            identifier.birth_date = client.birth_date,
            {{ 'true' if identifier_type == 'client' else 'false' }}
        ),
        identifier.birth_date is null or client.birth_date is null
    from person_identifier as identifier
    inner join agency_client as client on identifier.identifier = {{ held }}
    where identifier.identifier_type = '{{ identifier_type }}'
    {%- endfor %}
    union all
    select person_id, identifier_type, identifier, null, false, false, false
    from person_identifier
    where identifier_type <> 'client'
),

compared_person as (
    select
        person_id,
        identifier_type,
        identifier,
        client_id,
        bool_or(is_own_id) as is_own_id,
        bool_or(is_same_birth_date) as is_same_birth_date,
        bool_and(is_birth_date_missing) as is_birth_date_missing
    from compared_identifier
    group by person_id, identifier_type, identifier, client_id
)

select * from compared_person
