with patient as (
    select * from {{ ref('stg_synthea__patients') }}
    where death_date is not null
),

death as (
    select
        'synthea' as source,
        '' as client_scope,
        source_client_id,
        death_date,
        'record_system' as death_basis,
        cast(null as timestamp with time zone) as event_at
    from patient
)

select * from death
