-- rules/identity.md#deaths: a death that a contact reported and a supervisor confirmed
with run as (
    select * from {{ ref('int_run__as_of') }}
),

identity as (
    select source, source_scope, source_client_id, client_key
    from {{ ref('int_client__matched') }}
),

contact_outcome as (
    select outcome, is_two_way from {{ ref('contact_outcome') }}
),

confirmed as (
    select client_key, kind, decided_at from {{ ref('int_client__confirmed') }}
    where is_confirmed and kind = 'deceased'
),

contact as (
    select
        identity.client_key,
        contact.outcome,
        contact.contacted_at,
        coalesce(contact.is_two_way, contact_outcome.is_two_way, false) as is_two_way
    from {{ ref('input_contact') }} as contact
    cross join run
    inner join identity
        on contact.client_source = identity.source
        and contact.client_scope = identity.source_scope
        and contact.source_client_id = identity.source_client_id
    left join contact_outcome on contact.outcome = contact_outcome.outcome
    where {{ happened_by_as_of('contact.contacted_at') }}
        and not coalesce(contact.is_after_return, false)
),

-- rules/tasks-and-lanes.md#reported-absence: a confirmation covers reports through its day
confirmed_report as (
    select contact.client_key, contact.contacted_at as reported_at
    from contact
    inner join confirmed
        on contact.client_key = confirmed.client_key
        and contact.outcome = confirmed.kind
        and contact.contacted_at < confirmed.decided_at + interval '1 day'
),

died as (
    select discharge_disposition_code from {{ ref('discharge_disposition') }}
    where category = 'died'
),

-- what shows later that the client lives
presence as (
    select client_key, contacted_at as seen_at from contact
    where is_two_way and outcome <> 'deceased'
    union all
    select client_key, started_at as seen_at from {{ ref('fct_visit') }}
    union all
    select encounter.client_key, encounter.ended_at as seen_at
    from {{ ref('int_alert_encounter__resolved') }} as encounter
    cross join run
    left join died
        on encounter.discharge_disposition_code = died.discharge_disposition_code
    where not encounter.is_cancelled
        and encounter.ended_at <= run.as_of
        and died.discharge_disposition_code is null
),

last_presence as (
    select client_key, max(seen_at) as seen_at from presence
    group by client_key
),

confirmed_death as (
    select
        report.client_key,
        {{ local_date('min(report.reported_at)', 'max(run.time_zone)') }} as death_date
    from confirmed_report as report
    cross join run
    left join last_presence on report.client_key = last_presence.client_key
    where coalesce(last_presence.seen_at <= report.reported_at, true)
    group by report.client_key
)

select * from confirmed_death
