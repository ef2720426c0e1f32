with identity as (
    select * from {{ ref('int_client__matched') }}
    where match_rule = 'own_id'
),

person as (
    select * from {{ ref('input_person') }}
),

person_source as (
    select * from {{ ref('person_source') }}
),

described_client as (
    select
        identity.client_key,
        identity.client_id,
        identity.source,
        identity.source_scope,
        person_source.person_role,
        person_source.is_agency_client,
        person.first_name,
        person.middle_name,
        person.last_name,
        person.name_suffix,
        person.preferred_name,
        person.birth_date,
        lower(person.sex) as delivered_sex,
        lower(trim(person.race)) as delivered_race,
        lower(trim(person.ethnicity)) as delivered_ethnicity,
        lower(trim(person.language)) as delivered_language,
        person.interpreter_needed,
        person.address,
        person.city,
        person.state,
        person.zip_code,
        person.phone,
        person.phone_2,
        person.ok_to_call,
        person.ok_to_leave_message,
        person.ok_to_text,
        person.ok_to_mail,
        person.guardian_name,
        person.guardian_phone,
        person.is_confidential_minor,
        person.housing_status,
        person.site_id,
        person.status,
        person.medicaid_id,
        person.medicare_id
    from identity
    inner join person
        on identity.source = person.source
        and identity.source_scope = person.client_scope
        and identity.source_client_id = person.source_client_id
    inner join person_source on identity.source = person_source.sender
)

select * from described_client
