-- Longer than the budget: what each sender tells of a person becomes one column, only here.
with agency_client as (
    select client.*, 'ehr' as source, '' as source_scope
    from {{ ref('stg_ehr__client') }} as client
    inner join {{ ref('int_client__merged') }} as merged
        on client.source_client_id = merged.source_client_id
    where merged.surviving_client_id = merged.source_client_id
),

identity as (
    select * from {{ ref('int_client__matched') }}
    where match_rule = 'own_id'
),

ranked_enrollment as (
    select
        _batch_id,
        _source_row,
        row_number() over (
            partition by data_source, source_client_id
            order by
                enrollment_end_date desc,
                enrollment_start_date desc,
                _batch_id desc,
                _source_row desc
        ) as recency
    from {{ ref('stg_claims__eligibility') }}
),

member as (
    select enrollment.*, 'claims' as source
    from {{ ref('stg_claims__eligibility') }} as enrollment
    inner join ranked_enrollment
        on ranked_enrollment.recency = 1
        and enrollment._batch_id = ranked_enrollment._batch_id
        and enrollment._source_row = ranked_enrollment._source_row
),

claim_member as (
    select * from {{ ref('int_member__delivered') }}
),

patient as (
    select *, 'synthea' as source, '' as source_scope
    from {{ ref('stg_synthea__patients') }}
),

fhir_patient as (
    select
        patient.*,
        'ehr_fhir' as source,
        '' as source_scope,
        fhir_client.medicaid_id,
        fhir_client.medicare_id,
        coalesce(patient.mobile_phone, patient.phone) as best_phone,
        case when patient.mobile_phone <> patient.phone then patient.phone end as phone_2,
        case when not patient.is_active then 'inactive' else 'active' end as status
    from {{ ref('stg_ehr_fhir__patient') }} as patient
    inner join {{ ref('int_client__from_fhir') }} as fhir_client
        on patient.source_client_id = fhir_client.source_client_id
),

described_client as (
    select
        identity.client_key,
        identity.client_id,
        identity.source,
        coalesce(
            client.first_name,
            member.first_name,
            claim_member.first_name,
            patient.first_name,
            fhir.first_name
        ) as first_name,
        coalesce(
            client.middle_name, member.middle_name, claim_member.middle_name, fhir.middle_name
        ) as middle_name,
        coalesce(
            client.last_name,
            member.last_name,
            claim_member.last_name,
            patient.last_name,
            fhir.last_name
        ) as last_name,
        coalesce(
            client.name_suffix,
            member.name_suffix,
            claim_member.name_suffix,
            patient.name_suffix,
            fhir.name_suffix
        ) as name_suffix,
        coalesce(client.preferred_name, fhir.preferred_name) as preferred_name,
        coalesce(
            client.birth_date,
            member.birth_date,
            claim_member.birth_date,
            patient.birth_date,
            fhir.birth_date
        ) as birth_date,
        lower(coalesce(client.sex, member.gender, claim_member.gender, patient.sex, fhir.sex))
            as delivered_sex,
        lower(trim(coalesce(client.race, member.race, patient.race, fhir.race))) as delivered_race,
        lower(trim(coalesce(client.ethnicity, member.ethnicity, patient.ethnicity, fhir.ethnicity)))
            as delivered_ethnicity,
        lower(trim(coalesce(client.language, fhir.language))) as delivered_language,
        client.interpreter_needed,
        coalesce(
            client.address, member.address, claim_member.address, patient.address, fhir.address
        ) as address,
        coalesce(client.city, member.city, claim_member.city, patient.city, fhir.city) as city,
        coalesce(client.state, member.state, claim_member.state, patient.state, fhir.state)
            as state,
        coalesce(
            client.zip_code, member.zip_code, claim_member.zip_code, patient.zip_code, fhir.zip_code
        ) as zip_code,
        coalesce(client.phone, member.phone, fhir.best_phone) as phone,
        coalesce(client.phone_2, fhir.phone_2) as phone_2,
        client.ok_to_call,
        client.ok_to_leave_message,
        client.ok_to_text,
        client.ok_to_mail,
        client.guardian_name,
        client.guardian_phone,
        client.is_confidential_minor,
        client.housing_status,
        client.site_id,
        case
            when identity.source = 'synthea' then 'active' else coalesce(client.status, fhir.status)
        end as status,
        coalesce(
            client.medicaid_id,
            case when member.payer_type = 'medicaid' then member.member_id end,
            case when claim_member.identifier_type = 'medicaid' then claim_member.member_id end,
            fhir.medicaid_id
        ) as medicaid_id,
        coalesce(
            client.medicare_id,
            case when member.payer_type = 'medicare' then member.member_id end,
            case when claim_member.identifier_type = 'medicare' then claim_member.member_id end,
            fhir.medicare_id
        ) as medicare_id
    from identity
    left join agency_client as client
        on identity.source = client.source
        and identity.source_scope = client.source_scope
        and identity.source_client_id = client.source_client_id
    left join member
        on identity.source = member.source
        and identity.source_scope = member.data_source
        and identity.source_client_id = member.source_client_id
    left join claim_member
        on identity.source = claim_member.source
        and identity.source_scope = claim_member.source_scope
        and identity.source_client_id = claim_member.source_client_id
    left join patient
        on identity.source = patient.source
        and identity.source_scope = patient.source_scope
        and identity.source_client_id = patient.source_client_id
    left join fhir_patient as fhir
        on identity.source = fhir.source
        and identity.source_scope = fhir.source_scope
        and identity.source_client_id = fhir.source_client_id
)

select * from described_client
