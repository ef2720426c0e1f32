{%- set client_tables = [
    ('ehr', 'program_enrollment'), ('ehr', 'assignment'), ('ehr', 'intake'), ('ehr', 'appointment'),
    ('ehr', 'visit'), ('ehr', 'diagnosis'), ('ehr', 'treatment_plan'), ('ehr', 'medication'),
    ('ehr', 'document'), ('ehr', 'consent'), ('ehr', 'authorization'), ('screenings', 'response'),
    ('referrals', 'referral'), ('outreach_log', 'contact'), ('synthea', 'encounters'),
    ('synthea', 'conditions'), ('synthea', 'observations'), ('synthea', 'medications'),
    ('ehr_fhir', 'Encounter'), ('ehr_fhir', 'Appointment'), ('ehr_fhir', 'Condition'),
    ('ehr_fhir', 'Observation'), ('ehr_fhir', 'QuestionnaireResponse'), ('ehr_fhir', 'Procedure'),
    ('ehr_fhir', 'ServiceRequest'), ('ehr_fhir', 'Task'), ('ehr_fhir', 'MedicationRequest'),
    ('ehr_fhir', 'MedicationDispense'), ('ehr_fhir', 'CarePlan'), ('ehr_fhir', 'Coverage'),
    ('ehr_fhir', 'Consent'),
] %}
{%- set agency_feeds = ['ehr', 'screenings', 'referrals', 'outreach_log'] %}

with identity as (
    select source, source_client_id
    from {{ ref('int_client__matched') }}
    where source in ('ehr', 'ehr_fhir', 'synthea')
),

member_without_enrollment as (
    select * from {{ ref('int_client__identified') }}
    where source = 'claims' and not has_demographics
),

matched_payment as (
    select _batch_id, _source_row from {{ ref('input_claims_x12__payment') }}
),

-- a payment whose claim was never submitted here adds nothing to any client
payment_without_claim as (
    select remittance.patient_id
    from {{ ref('stg_claims_x12__remittance') }} as remittance
    left join matched_payment
        on
        remittance._batch_id = matched_payment._batch_id
        and remittance._source_row = matched_payment._source_row
    where matched_payment._batch_id is null
),

-- counted per client first, so that the join is small
orphaned_row as (
    {%- for source_name, table_name in client_tables %}
    select
        '{{ source_name }}' as source,
        '{{ table_name }}' as table_name,
        row_count,
        1 as client_count
    from (
        select source_client_id, count(*) as row_count
        from {{ ref('stg_' ~ source_name ~ '__' ~ table_name | lower) }}
        group by source_client_id
    ) as counted_row
    anti join identity
        on identity.source = '{{ 'ehr' if source_name in agency_feeds else source_name }}'
        and counted_row.source_client_id = identity.source_client_id
    union all
    {%- endfor %}
    select 'claims', 'medical_claim', medical_claim_count, 1
    from member_without_enrollment
    where medical_claim_count > 0
    union all
    select 'claims', 'pharmacy_claim', pharmacy_claim_count, 1
    from member_without_enrollment
    where pharmacy_claim_count > 0
    union all
    select 'claims_x12', 'remittance', count(*), 1
    from payment_without_claim
    group by patient_id
),

orphan as (
    select
        source,
        table_name,
        cast(sum(row_count) as bigint) as row_count,
        cast(sum(client_count) as bigint) as client_count
    from orphaned_row
    group by source, table_name
)

select * from orphan
