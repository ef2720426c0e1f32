-- rules/identity.md#client-id: the agency's own id, else <source>:<id>. Before identifiers link
-- anything.
with agency_client as (
    select * from {{ ref('int_client__merged') }}
),

enrollment as (
    select data_source, source_client_id from {{ ref('stg_claims__eligibility') }}
),

claim_line as (
    select data_source, source_client_id from {{ ref('stg_claims__medical_claim') }}
),

fill as (
    select data_source, source_client_id from {{ ref('stg_claims__pharmacy_claim') }}
),

patient as (
    select source_client_id from {{ ref('stg_synthea__patients') }}
),

claim_member as (
    select * from {{ ref('int_member__delivered') }}
),

fhir_patient as (
    select * from {{ ref('int_client__from_fhir') }}
),

-- a payer may send claims of people whose enrollment it never sent
delivered_member as (
    select
        data_source,
        source_client_id,
        true as has_enrollment,
        0 as medical_claim_count,
        0 as pharmacy_claim_count
    from enrollment
    group by data_source, source_client_id
    union all
    select data_source, source_client_id, false, count(*), 0
    from claim_line
    group by data_source, source_client_id
    union all
    select data_source, source_client_id, false, 0, count(*)
    from fill
    group by data_source, source_client_id
),

member as (
    select
        data_source,
        source_client_id,
        bool_or(has_enrollment) as has_enrollment,
        cast(sum(medical_claim_count) as bigint) as medical_claim_count,
        cast(sum(pharmacy_claim_count) as bigint) as pharmacy_claim_count
    from delivered_member
    group by data_source, source_client_id
),

identified_client as (
    select
        'ehr' as source,
        '' as source_scope,
        source_client_id,
        surviving_client_id as client_id,
        true as has_demographics,
        0 as medical_claim_count,
        0 as pharmacy_claim_count,
        cast(null as {{ dbt.type_string() }}) as link_rule
    from agency_client
    union all
    select
        'claims',
        data_source,
        source_client_id,
        'claims:' || data_source || ':' || source_client_id,
        has_enrollment,
        medical_claim_count,
        pharmacy_claim_count,
        null
    from member
    union all
    select
        source,
        source_scope,
        source_client_id,
        client_id,
        birth_date is not null,
        claim_count,
        0,
        null
    from claim_member
    union all
    select
        'synthea',
        '',
        source_client_id,
        'synthea:' || source_client_id,
        true,
        0,
        0,
        null
    from patient
    union all
    select
        'ehr_fhir',
        '',
        source_client_id,
        own_client_id,
        true,
        0,
        0,
        case when source_client_id <> person_id then 'merged' end
    from fhir_patient
)

select * from identified_client
