{%- set event_times = [
    ('adt', 'event', 'event_at'), ('adt', 'message', 'recorded_at'),
    ('claims', 'medical_claim', 'claim_start_date'),
    ('claims_x12', 'claim_line', 'service_from_date'),
    ('claims_cclf', 'cclf1', 'claim_start_date'), ('claims_cclf', 'cclf5', 'claim_start_date'),
    ('claims_cclf', 'cclf7', 'dispensed_date'),
    ('claims', 'pharmacy_claim', 'dispensing_date'), ('ehr', 'visit', 'started_at'),
    ('ehr', 'intake', 'first_contact_at'), ('ehr', 'document', 'document_at'),
    ('ehr', 'diagnosis', 'recorded_at'), ('screenings', 'response', 'administered_at'),
    ('referrals', 'referral', 'created_at'), ('outreach_log', 'contact', 'contacted_at'),
    ('synthea', 'encounters', 'started_at'), ('synthea', 'observations', 'observed_at'),
    ('synthea', 'conditions', 'onset_date'), ('synthea', 'medications', 'started_at'),
    ('ehr_fhir', 'Encounter', 'started_at'), ('ehr_fhir', 'Condition', 'recorded_at'),
    ('ehr_fhir', 'Observation', 'effective_at'),
    ('ehr_fhir', 'QuestionnaireResponse', 'authored_at'),
    ('ehr_fhir', 'ServiceRequest', 'authored_at'),
    ('ehr_fhir', 'MedicationRequest', 'authored_at'),
] %}

with run as (
    select as_of as latest_at
    from {{ ref('stg_caseload__run') }}
),

-- appointments lie in the future by nature; anything else there is a wrong date, and no fact
future_row as (
    {%- for source_name, table_name, event_time in event_times %}
    select
        '{{ source_name }}' as source,
        '{{ table_name }}' as table_name,
        '{{ event_time }}' as column_name,
        count(*) as row_count
    from {{ ref('stg_' ~ source_name ~ '__' ~ table_name | lower) }}
    where {{ event_time }} > (select latest_at from run)
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

counted_table as (
    select * from future_row
    where row_count > 0
)

select * from counted_table
