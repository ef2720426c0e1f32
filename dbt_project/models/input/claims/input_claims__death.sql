with enrollment as (
    select * from {{ ref('stg_claims__eligibility') }}
    where death_date is not null or death_flag
),

death as (
    select
        'claims' as source,
        data_source as client_scope,
        source_client_id,
        death_date,
        'payer' as death_basis,
        cast(null as timestamp with time zone) as event_at
    from enrollment
)

select * from death
