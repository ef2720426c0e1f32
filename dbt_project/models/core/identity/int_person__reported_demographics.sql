-- Longer than the budget: what each sender tells of a person becomes one column, only here.
{{ config(materialized='view') }}

-- Whom neither an exact identifier nor a person has led to a client: only they are worth comparing.
{%- set named = 'first_name, last_name, name_suffix, birth_date' %}
{%- set placed = 'phone, address, zip_code' %}
with settled_person as (
    select source, source_scope, source_client_id from {{ ref('int_identity__exact') }}
    union
    select source, source_scope, source_client_id from {{ ref('int_decision__resolved') }}
    where decision = 'same' and is_known
),

enrolled_member as (
    select
        *,
        row_number() over (
            order by enrollment_end_date, enrollment_start_date, _batch_id, _source_row
        ) as message_sequence
    from {{ ref('stg_claims__eligibility') }} as enrollment
    anti join settled_person
        on settled_person.source = 'claims'
        and settled_person.source_scope = enrollment.data_source
        and settled_person.source_client_id = enrollment.source_client_id
),

-- claims of one member may differ in the birth date, and beneficiaries under a former MBI
member_birth_date as (
    select
        'claims_x12' as source,
        'claims_x12' as source_scope,
        {{ x12_client_id('claim') }} as source_client_id,
        patient_birth_date as birth_date
    from {{ ref('stg_claims_x12__claim') }} as claim
    union
    select
        'claims_cclf',
        'claims_cclf',
        coalesce(resolved.current_mbi, beneficiary.mbi),
        beneficiary.birth_date
    from {{ ref('stg_claims_cclf__cclf8') }} as beneficiary
    left join {{ ref('input_claims_cclf__mbi_change') }} as resolved
        on beneficiary.mbi = resolved.former_mbi
),

claim_member as (
    select
        source,
        source_scope,
        source_client_id,
        {{ named }},
        gender as sex,
        address,
        zip_code,
        case when identifier_type = 'medicaid' then member_id end as medicaid_id,
        case when identifier_type = 'medicare' then member_id end as medicare_id,
        true as is_current
    from {{ ref('int_member__delivered') }}
    union all
    select
        source, source_scope, source_client_id, null, null, null, birth_date, null, null, null,
        null, null, false
    from member_birth_date
),

ordered_claim_member as (
    select
        *,
        row_number() over (order by is_current, source, source_client_id, birth_date)
            as message_sequence
    from claim_member
    anti join settled_person
        on settled_person.source = claim_member.source
        and settled_person.source_scope = claim_member.source_scope
        and settled_person.source_client_id = claim_member.source_client_id
),

booked_patient as (
    select distinct sender_id, source_patient_id from {{ ref('input_adt__appointment') }}
),

patient_message as (
    select
        message.* exclude (source_patient_id),
        coalesce(merged.surviving_patient_id, message.source_patient_id) as source_patient_id
    from {{ ref('stg_adt__message') }} as message
    left join {{ ref('input_adt__merged_patient') }} as merged
        on message.sender_id = merged.sender_id
        and message.source_patient_id = merged.prior_patient_id
    where coalesce(message.processing_id, 'P') not in ('D', 'T')
),

-- whoever schedules may leave out what registration has told
patient as (
    select
        sending_facility_id as source_scope,
        source_client_id,
        {{ named }},
        sex,
        {{ placed }},
        medicaid_id,
        event_at as reported_at,
        _batch_id,
        _source_row
    from {{ ref('input_alert') }}
    where source_client_id is not null
    union all
    select
        message.sender_id,
        message.source_patient_id,
        {{ named }},
        sex,
        {{ placed }},
        medicaid_id,
        message_at,
        _batch_id,
        _source_row
    from patient_message as message
    inner join booked_patient
        on message.sender_id = booked_patient.sender_id
        and message.source_patient_id = booked_patient.source_patient_id
),

ordered_patient as (
    select *, row_number() over (order by reported_at, _batch_id, _source_row) as message_sequence
    from patient
    anti join settled_person
        on settled_person.source = 'adt'
        and settled_person.source_scope = patient.source_scope
        and settled_person.source_client_id = patient.source_client_id
),

-- what a replaced record of the record system said comes before what its successor says
ordered_fhir_patient as (
    select
        patient.* exclude (source_client_id, phone),
        fhir_client.* exclude (birth_date),
        coalesce(patient.mobile_phone, patient.phone) as phone,
        row_number() over (
            order by
                case when fhir_client.source_client_id = fhir_client.person_id then 1 else 0 end,
                patient.source_client_id
        ) as message_sequence
    from {{ ref('stg_ehr_fhir__patient') }} as patient
    inner join {{ ref('int_client__from_fhir') }} as fhir_client
        on patient.source_client_id = fhir_client.source_client_id
    anti join settled_person
        on settled_person.source = 'ehr_fhir'
        and settled_person.source_scope = ''
        and settled_person.source_client_id = fhir_client.person_id
),

reported_person as (
    select
        'claims' as source,
        data_source as source_scope,
        source_client_id,
        {{ named }},
        gender as sex,
        {{ placed }},
        right(social_security_number, 4) as ssn_last4,
        case when payer_type = 'medicaid' then member_id end as medicaid_id,
        case when payer_type = 'medicare' then member_id end as medicare_id,
        message_sequence
    from enrolled_member
    union all
    select
        source, source_scope, source_client_id, {{ named }}, sex, null, address, zip_code, null,
        medicaid_id, medicare_id, message_sequence
    from ordered_claim_member
    union all
    select
        'adt', source_scope, source_client_id, {{ named }}, sex, {{ placed }}, null, medicaid_id,
        null, message_sequence
    from ordered_patient
    union all
    select
        'ehr_fhir', '', person_id, {{ named }}, sex, {{ placed }}, null, medicaid_id, medicare_id,
        message_sequence
    from ordered_fhir_patient
)

select * from reported_person
