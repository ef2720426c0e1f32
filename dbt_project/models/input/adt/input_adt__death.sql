with alert as (
    select * from {{ ref('input_adt__alert') }}
    where event_type = 'deceased' or is_deceased
),

run as (
    select time_zone from {{ ref('input_run') }}
),

-- an admission of a patient marked as deceased reports the death, not its date
death as (
    select
        alert.source,
        alert.client_scope,
        alert.source_client_id,
        case
            when alert.death_at is not null
                then {{ local_date('alert.death_at', 'run.time_zone') }}
            when alert.event_type = 'deceased'
                then {{ local_date('alert.event_at', 'run.time_zone') }}
        end as death_date,
        'hospital' as death_basis,
        alert.event_at
    from alert
    cross join run
)

select * from death
