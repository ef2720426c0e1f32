-- rules/identity.md#deaths
with run as (
    select * from {{ ref('int_run__as_of') }}
),

identity as (
    select * from {{ ref('int_client__matched') }}
),

reported_death as (
    select identity.client_key, death.death_basis, death.death_date
    from {{ ref('input_death') }} as death
    inner join identity
        on death.source = identity.source
        and death.client_scope = identity.source_scope
        and death.source_client_id = identity.source_client_id
    cross join run
    where coalesce(death.event_at <= run.as_of, true)
),

-- the encounter, not the alert: a cancelled or corrected discharge reports no death
discharge_death as (
    select
        encounter.client_key,
        'hospital' as death_basis,
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

client_death as (
    select * from reported_death
    union all
    select * from discharge_death
    union all
    select client_key, 'hospital' as death_basis, death_date
    from {{ ref('int_death__from_claims') }}
    union all
    select client_key, 'supervisor' as death_basis, death_date
    from {{ ref('int_client__confirmed_death') }}
),

ranked_death as (
    select
        client_death.client_key,
        client_death.death_date,
        row_number() over (
            partition by client_death.client_key
            order by
                case when client_death.death_date is null then 1 else 0 end,
                death_basis.basis_rank,
                client_death.death_date
        ) as death_rank
    from client_death
    inner join {{ ref('death_basis') }} as death_basis
        on client_death.death_basis = death_basis.death_basis
    cross join run
    where coalesce(client_death.death_date <= run.as_of_date, true)
),

deceased_client as (
    select client_key, death_date
    from ranked_death
    where death_rank = 1
)

select * from deceased_client
