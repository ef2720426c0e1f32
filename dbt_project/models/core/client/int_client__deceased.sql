{#
    Longer than the budget: every kind of report of a death is read and ranked in one place.

    Every report of a death counts, because a call to a bereaved family does more harm than a missed
    task. The date comes from the record system, else the payer, else a hospital's alert or claim,
    else the contact in which a care manager heard of it. Later evidence of life takes back only the
    last kind: a sender corrects its own report (a new row, a cancelled discharge, a void).
#}
with run as (
    select * from {{ ref('int_run__as_of') }}
),

identity as (
    select * from {{ ref('int_client__matched') }}
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
    where coalesce(patient.deceased_at <= run.as_of, patient.is_deceased)
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
            when alert.event_type = 'deceased'
                then {{ local_date('alert.event_at', 'run.time_zone') }}
        end
    from {{ ref('input_alert') }} as alert
    cross join run
    where
        (alert.event_type = 'deceased' or alert.is_deceased)
        and coalesce(alert.event_at <= run.as_of, true)
),

identified_death as (
    select identity.client_key, reported_death.preference, reported_death.death_date
    from reported_death
    inner join identity
        on reported_death.source = identity.source
        and reported_death.source_scope = identity.source_scope
        and reported_death.source_client_id = identity.source_client_id
),

-- the encounter, not the alert: a cancelled or corrected discharge reports no death
discharge_death as (
    select
        encounter.client_key,
        3 as preference,
        {{ local_date('encounter.ended_at', 'run.time_zone') }} as death_date
    from {{ ref('int_alert_encounter__resolved') }} as encounter
    inner join {{ ref('discharge_disposition') }} as disposition
        on encounter.discharge_disposition_code = disposition.discharge_disposition_code
    cross join run
    where
        disposition.category = 'died'
        and not encounter.is_cancelled
        and encounter.ended_at <= run.as_of
        and encounter.client_key is not null
),

contact as (
    select
        identity.client_key,
        contact.contacted_at,
        contact.outcome = 'deceased' as reports_death,
        coalesce(contact.is_two_way, contact_outcome.is_two_way, false) as is_two_way
    from {{ ref('stg_outreach_log__contact') }} as contact
    inner join identity
        on identity.source = 'ehr' and contact.source_client_id = identity.source_client_id
    left join {{ ref('contact_outcome') }} as contact_outcome
        on contact.outcome = contact_outcome.outcome
    cross join run
    where contact.contacted_at <= run.as_of
),

evidence_of_life as (
    select client_key, contacted_at as seen_at from contact
    where is_two_way and not coalesce(reports_death, false)
    union all
    select visit.client_key, visit.started_at
    from {{ ref('fct_visit') }} as visit
    cross join run
    where visit.client_key is not null and visit.started_at <= run.as_of
),

last_seen as (
    select client_key, max(seen_at) as seen_at
    from evidence_of_life
    group by client_key
),

contact_death as (
    select
        contact.client_key,
        4 as preference,
        {{ local_date('contact.contacted_at', 'run.time_zone') }} as death_date
    from contact
    cross join run
    left join last_seen
        on contact.client_key = last_seen.client_key
        and contact.contacted_at < last_seen.seen_at
    where contact.reports_death and last_seen.client_key is null
),

client_death as (
    select * from identified_death
    union all
    select * from discharge_death
    union all
    select client_key, 3 as preference, death_date
    from {{ ref('int_death__from_claims') }}
    union all
    select * from contact_death
),

known_death as (
    select
        client_death.client_key,
        client_death.death_date,
        row_number() over (
            partition by client_death.client_key
            order by
                case when client_death.death_date is null then 1 else 0 end,
                client_death.preference,
                client_death.death_date
        ) as preference
    from client_death
    cross join run
    where coalesce(client_death.death_date <= run.as_of_date, true)
),

deceased_client as (
    select client_key, death_date
    from known_death
    where preference = 1
)

select * from deceased_client
