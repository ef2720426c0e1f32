with client as (
    select * from {{ ref('stg_ehr__client') }}
    where death_date is not null
),

death as (
    select
        'ehr' as source,
        '' as client_scope,
        source_client_id,
        death_date,
        'record_system' as death_basis,
        cast(null as timestamp with time zone) as event_at
    from client
)

select * from death
