-- Longer than the budget: all ways from an identifier to a client ask who holds it, only here.
-- rules/identity.md#exact-identifiers: a Medicaid id (MBI) links to the agency's client with the
-- same birth date. An alert links the same way, to a claims member where the agency does not know
-- the id, and so does the member of a sender of claims without a roster. A scheduling system that
-- knows the agency's own client id says so with name and birth date. Nothing else links.
with agency_client as (
    select
        client.medicaid_id,
        client.medicare_id,
        client.birth_date,
        merged.surviving_client_id as client_id
    from {{ ref('stg_ehr__client') }} as client
    inner join {{ ref('int_client__merged') }} as merged
        on client.source_client_id = merged.source_client_id
    union all
    select medicaid_id, medicare_id, birth_date, client_id
    from {{ ref('int_client__from_fhir') }}
),

enrollment as (
    select * from {{ ref('stg_claims__eligibility') }}
    where payer_type in ('medicaid', 'medicare')
),

claim_member as (
    select * from {{ ref('int_member__delivered') }}
),

alert as (
    select * from {{ ref('input_alert') }}
    where source_client_id is not null and medicaid_id is not null
),

booked_patient as (
    select * from {{ ref('input_adt__appointment') }}
    where source_patient_id is not null and medicaid_id is not null
),

held_identifier as (
    select 'medicaid' as identifier_type, medicaid_id as identifier, birth_date, client_id
    from agency_client
    where medicaid_id is not null
    union
    select 'medicare', medicare_id, birth_date, client_id
    from agency_client
    where medicare_id is not null
),

member_identifier as (
    select distinct
        'claims' as source,
        data_source as source_scope,
        source_client_id,
        'claims:' || data_source || ':' || source_client_id as client_id,
        payer_type as identifier_type,
        member_id as identifier,
        birth_date
    from enrollment
    where member_id is not null
    union all
    select
        source,
        source_scope,
        source_client_id,
        client_id,
        identifier_type,
        member_id,
        birth_date
    from claim_member
    where identifier_type is not null
),

member_link as (
    select
        member.source,
        member.source_scope,
        member.source_client_id,
        held.client_id,
        member.identifier_type,
        member.identifier,
        coalesce(member.birth_date = held.birth_date, false) as is_same_birth_date,
        member.birth_date is null as is_birth_date_missing
    from member_identifier as member
    inner join held_identifier as held
        on member.identifier_type = held.identifier_type and member.identifier = held.identifier
),

-- who stands in claims and in a payer's roster is one member, unless it is the agency's client
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
    anti join held_identifier as held
        on
        member.identifier_type = held.identifier_type
        and member.identifier = held.identifier
        and member.birth_date = held.birth_date
    where member.source <> 'claims' and enrolled.source = 'claims'
),

-- a member linked to the agency stands for the agency's client, any other for itself
known_member as (
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
    left join held_identifier as held
        on member.identifier_type = held.identifier_type and member.identifier = held.identifier
    where member.identifier_type = 'medicaid' and held.client_id is null
),

person_in_alert as (
    select sending_facility_id, source_client_id, medicaid_id, birth_date
    from alert
    union
    select sender_id, source_patient_id, medicaid_id, birth_date
    from booked_patient
),

alert_holder as (
    select identifier, birth_date, client_id from held_identifier
    where identifier_type = 'medicaid'
    union all
    select identifier, birth_date, client_id from known_member
),

alert_link as (
    select
        'adt' as source,
        person.sending_facility_id as source_scope,
        person.source_client_id,
        holder.client_id,
        'medicaid' as identifier_type,
        person.medicaid_id as identifier,
        coalesce(person.birth_date = holder.birth_date, false) as is_same_birth_date,
        person.birth_date is null as is_birth_date_missing
    from person_in_alert as person
    inner join alert_holder as holder on person.medicaid_id = holder.identifier
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
        select * from alert_link
        union all
        select * from {{ ref('int_siu_patient__matched') }}
        union all
        select * from {{ ref('int_fhir_patient__match_conflicts') }}
    ) as link
    group by source, source_scope, source_client_id, identifier_type, identifier, client_id
)

select * from linked_client
