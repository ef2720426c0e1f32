-- Nobody calls the dead: whoever says so is believed, the record system's date first, then the
-- payer's, the hospital's, and last the day on which a care manager heard of it.
with run as (
    select * from {{ ref('stg_caseload__run') }}
),

identity as (
    select * from {{ ref('int_client__matched') }}
),

discharge_disposition as (
    select * from {{ ref('discharge_disposition') }}
),

reported_death as (
    select 'ehr' as source, '' as source_scope, source_client_id, 1 as preference, death_date
    from {{ ref('stg_ehr__client') }}
    where death_date is not null
    union all
    select 'synthea', '', source_client_id, 1, death_date
    from {{ ref('stg_synthea__patients') }}
    where death_date is not null
    union all
    select
        'ehr_fhir',
        '',
        patient.source_client_id,
        1,
        {{ local_date('patient.deceased_at', 'run.time_zone') }}
    from {{ ref('stg_ehr_fhir__patient') }} as patient
    cross join run
    where patient.deceased_at is not null or patient.is_deceased
    union all
    select 'claims', data_source, source_client_id, 2, death_date
    from {{ ref('stg_claims__eligibility') }}
    where death_date is not null or death_flag
    union all
    select source, source_scope, source_client_id, 2, death_date
    from {{ ref('int_member__delivered') }}
    where death_date is not null
    union all
    select
        'adt',
        alert.sending_facility_id,
        alert.source_client_id,
        3,
        case
            when alert.death_at is not null
                then {{ local_date('alert.death_at', 'run.time_zone') }}
            when alert.event_type = 'deceased' or discharge_disposition.category = 'died'
                then {{ local_date('alert.event_at', 'run.time_zone') }}
        end
    from {{ ref('int_alert__delivered') }} as alert
    cross join run
    left join discharge_disposition
        on alert.discharge_disposition_code = discharge_disposition.discharge_disposition_code
    where alert.event_type = 'deceased'
        or (alert.event_type = 'discharge' and discharge_disposition.category = 'died')
        or alert.is_deceased
    union all
    select
        'ehr',
        '',
        contact.source_client_id,
        4,
        {{ local_date('contact.contacted_at', 'run.time_zone') }}
    from {{ ref('stg_outreach_log__contact') }} as contact
    cross join run
    where contact.outcome = 'deceased'
),

known_death as (
    select
        identity.client_key,
        reported_death.death_date,
        row_number() over (
            partition by identity.client_key
            order by
                case when reported_death.death_date is null then 1 else 0 end,
                reported_death.preference,
                reported_death.death_date
        ) as preference
    from reported_death
    inner join identity
        on reported_death.source = identity.source
        and reported_death.source_scope = identity.source_scope
        and reported_death.source_client_id = identity.source_client_id
    cross join run
    where coalesce(reported_death.death_date <= run.as_of_date, true)
),

deceased_client as (
    select client_key, death_date
    from known_death
    where preference = 1
)

select * from deceased_client
