with person as (
    select * from {{ ref('input_claims_cclf__person') }}
    where death_date is not null
),

death as (
    select
        source,
        client_scope,
        source_client_id,
        death_date,
        'payer' as death_basis,
        cast(null as timestamp with time zone) as event_at
    from person
)

select * from death
