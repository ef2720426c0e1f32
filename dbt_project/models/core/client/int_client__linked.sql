-- rules/identity.md#exact-identifiers
{#
    Longer than the budget: every way from an identifier to a client reads the same list of the clients
    that have the identifier.
#}
with person as (
    select person.*, person_source.person_role
    from {{ ref('input_person') }} as person
    inner join {{ ref('person_source') }} as person_source on person.source = person_source.sender
),

agency_client as (
    select
        person.medicaid_id,
        person.medicare_id,
        person.birth_date,
        merged.surviving_client_id as client_id
    from person
    inner join {{ ref('int_client__merged') }} as merged
        on person.source = merged.source and person.source_client_id = merged.source_client_id
    union all
    select medicaid_id, medicare_id, birth_date, client_id
    from {{ ref('int_agency_patient__matched') }}
),

client_identifier as (
    select 'medicaid' as identifier_type, medicaid_id as identifier, birth_date, client_id
    from agency_client
    where medicaid_id is not null
    union
    select 'medicare', medicare_id, birth_date, client_id
    from agency_client
    where medicare_id is not null
),

person_identifier as (
    select
        identifier.source,
        identifier.client_scope as source_scope,
        identifier.source_client_id,
        identifier.identifier_type,
        identifier.identifier,
        identifier.birth_date,
        person.client_id,
        person.person_role
    from {{ ref('input_person_identifier') }} as identifier
    inner join person
        on identifier.source = person.source
        and identifier.client_scope = person.client_scope
        and identifier.source_client_id = person.source_client_id
),

member_identifier as (
    select * from person_identifier
    where person_role in ('enrolled_member', 'claim_member')
),

patient_identifier as (
    select * from person_identifier
    where person_role = 'hospital_patient' and identifier_type = 'medicaid'
),

member_link as (
    select
        member.source,
        member.source_scope,
        member.source_client_id,
        client.client_id,
        member.identifier_type,
        member.identifier,
        coalesce(member.birth_date = client.birth_date, false) as is_same_birth_date,
        member.birth_date is null as is_birth_date_missing
    from member_identifier as member
    inner join client_identifier as client
        on
        member.identifier_type = client.identifier_type
        and member.identifier = client.identifier
),

-- a member known by claims is the enrolled member with the same identifier and birth date, unless
-- it is the agency's client
enrolled_link as (
    select
        member.source,
        member.source_scope,
        member.source_client_id,
        enrolled.client_id,
        member.identifier_type,
        member.identifier,
        true as is_same_birth_date,
        false as is_birth_date_missing
    from member_identifier as member
    inner join member_identifier as enrolled
        on
        member.identifier_type = enrolled.identifier_type
        and member.identifier = enrolled.identifier
        and member.birth_date = enrolled.birth_date
    anti join client_identifier as client
        on
        member.identifier_type = client.identifier_type
        and member.identifier = client.identifier
        and member.birth_date = client.birth_date
    where member.person_role = 'claim_member' and enrolled.person_role = 'enrolled_member'
),

-- hospital patients match a member only where no client of the agency has the Medicaid id
unlinked_member as (
    select
        member.identifier,
        member.birth_date,
        member.client_id
    from member_identifier as member
    anti join enrolled_link
        on
        member.source = enrolled_link.source
        and member.source_scope = enrolled_link.source_scope
        and member.source_client_id = enrolled_link.source_client_id
    left join client_identifier as client
        on
        member.identifier_type = client.identifier_type
        and member.identifier = client.identifier
    where member.identifier_type = 'medicaid' and client.client_id is null
),

medicaid_client as (
    select identifier, birth_date, client_id from client_identifier
    where identifier_type = 'medicaid'
    union all
    select identifier, birth_date, client_id from unlinked_member
),

patient_link as (
    select
        patient.source,
        patient.source_scope,
        patient.source_client_id,
        client.client_id,
        patient.identifier_type,
        patient.identifier,
        coalesce(patient.birth_date = client.birth_date, false) as is_same_birth_date,
        patient.birth_date is null as is_birth_date_missing
    from patient_identifier as patient
    inner join medicaid_client as client on patient.identifier = client.identifier
),

linked_client as (
    select
        source,
        source_scope,
        source_client_id,
        identifier_type,
        identifier,
        client_id,
        bool_or(is_same_birth_date) as is_same_birth_date,
        bool_or(not is_same_birth_date and not is_birth_date_missing) as has_other_birth_date
    from (
        select * from member_link
        union all
        select * from enrolled_link
        union all
        select * from patient_link
        union all
        select * from {{ ref('int_scheduled_patient__matched') }}
        union all
        select * from {{ ref('int_agency_patient__match_conflicts') }}
    ) as link
    group by source, source_scope, source_client_id, identifier_type, identifier, client_id
)

select * from linked_client
