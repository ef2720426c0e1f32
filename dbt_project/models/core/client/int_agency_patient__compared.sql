with patient as (
    select
        person.source,
        person.client_scope as source_scope,
        person.source_client_id,
        coalesce(person.merged_into_client_id, person.source_client_id) as person_id
    from {{ ref('input_person') }} as person
    inner join {{ ref('person_source') }} as person_source on person.source = person_source.sender
    where person_source.person_role = 'agency_patient'
),

person_identifier as (
    select * from {{ ref('input_person_identifier') }}
),

agency_client as (
    select
        person.source_client_id,
        person.medicaid_id,
        person.medicare_id,
        person.birth_date,
        merged.surviving_client_id as client_id
    from {{ ref('input_person') }} as person
    inner join {{ ref('int_client__merged') }} as merged
        on person.source = merged.source and person.source_client_id = merged.source_client_id
),

patient_identifier as (
    select
        identifier.source,
        identifier.client_scope as source_scope,
        identifier.source_client_id as person_id,
        identifier.identifier_type,
        identifier.identifier,
        identifier.birth_date
    from person_identifier as identifier
    inner join {{ ref('person_source') }} as person_source
        on identifier.source = person_source.sender
    where person_source.person_role = 'agency_patient'
),

-- a patient whose own id is a client id is that client, whatever the birth date
compared_identifier as (
    select
        patient.source,
        patient.source_scope,
        patient.person_id,
        'client' as identifier_type,
        patient.source_client_id as identifier,
        client.client_id,
        true as is_own_id,
        true as is_same_birth_date,
        false as is_birth_date_missing
    from patient
    inner join agency_client as client on patient.source_client_id = client.source_client_id
    {%- for identifier_type, client_column in {
        'client': 'upper(client.source_client_id)',
        'medicaid': 'client.medicaid_id',
        'medicare': 'client.medicare_id',
    }.items() %}
    union all
    select
        identifier.source,
        identifier.source_scope,
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
    from patient_identifier as identifier
    inner join agency_client as client on identifier.identifier = {{ client_column }}
    where identifier.identifier_type = '{{ identifier_type }}'
    {%- endfor %}
),

compared_person as (
    select
        source,
        source_scope,
        person_id,
        identifier_type,
        identifier,
        client_id,
        bool_or(is_own_id) as is_own_id,
        bool_or(is_same_birth_date) as is_same_birth_date,
        bool_and(is_birth_date_missing) as is_birth_date_missing
    from compared_identifier
    group by source, source_scope, person_id, identifier_type, identifier, client_id
)

select * from compared_person
