{#
    What the contract could not refuse, because it takes the run's date or a second row to see it. Each line is one value;
    is_row says that its whole row is left out of every fact. Appointments lie in the future by nature.
#}
{%- set event_times = [
    ('adt', 'event', 'event_at'), ('adt', 'message', 'recorded_at'),
    ('claims', 'medical_claim', 'claim_end_date'), ('claims', 'pharmacy_claim', 'dispensing_date'),
    ('claims_x12', 'claim', 'statement_to_date'), ('claims_x12', 'claim_line', 'service_from_date'),
    ('claims_cclf', 'cclf1', 'claim_end_date'), ('claims_cclf', 'cclf5', 'claim_end_date'),
    ('claims_cclf', 'cclf7', 'dispensed_date'), ('ehr', 'visit', 'started_at'),
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
    select {{ dbt.dateadd('day', 1, 'as_of') }} as latest_at
    from {{ ref('int_run__as_of') }}
),

delivery as (
    select batch_id, min(path) as path
    from {{ ref('stg_caseload__delivery') }}
    group by batch_id
),

-- rules/encounters-and-claims.md#alerts: later than a day after as_of is a wrong date, and no fact
future_row as (
    {%- for source_name, table_name, event_time in event_times %}
    select
        '{{ source_name }}' as source,
        '{{ table_name }}' as table_name,
        _batch_id,
        _source_row,
        '{{ event_time }}' as column_name,
        'future_event' as reason_code,
        true as is_row
    from {{ ref('stg_' ~ source_name ~ '__' ~ table_name | lower) }}
    where {{ event_time }} > (select latest_at from run)
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- a client whose birth date cannot be true is still a client: only the date is set aside
birth_date as (
    {%- for source_name, table_name, birth_date, death_date in told_birth_dates() %}
    select
        '{{ source_name }}' as source,
        '{{ table_name }}' as table_name,
        delivered._batch_id,
        delivered._source_row,
        'birth_date' as column_name,
        'birth_date_impossible' as reason_code,
        false as is_row
    from ({{ current_rows(source_name, table_name) }}) as delivered
    where {{ birth_date }} is not null
        and ({{ plausible_birth_date(birth_date, death_date) }}) is null
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- an alert whose discharge is before its admission: the discharge still counts and is followed up
early_discharge as (
    select
        'adt' as source,
        case evidence_table when 'raw_adt.message' then 'message' else 'event' end as table_name,
        _batch_id,
        _source_row,
        'event_at' as column_name,
        'discharge_before_admission' as reason_code,
        false as is_row
    from {{ ref('int_alert_encounter__resolved') }}
    where ended_at < admitted_at and not is_cancelled
),

set_aside_value as (
    select * from future_row
    union all
    select * from birth_date
    union all
    select * from early_discharge
),

set_aside as (
    select
        value.source,
        value.table_name,
        value._batch_id as batch_id,
        value._source_row as source_row,
        value.column_name,
        value.reason_code,
        value.is_row,
        delivery.path
    from set_aside_value as value
    left join delivery on value._batch_id = delivery.batch_id
)

select * from set_aside
