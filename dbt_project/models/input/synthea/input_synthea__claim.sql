with record as (
    {{ sender_record('synthea', 'claims') }}
),

run as (
    select time_zone from {{ ref('input_run') }}
),

-- a patient pays by cash, card, check or copay; electronic checks come from payers
paid_claim as (
    select claim_id, sum(payments) as paid_usd
    from {{ ref('stg_synthea__claims_transactions') }}
    where transaction_type = 'PAYMENT' and method = 'ECHECK'
    group by claim_id
),

claim as (
    select
        record.claim_id,
        record.service_at as started_at,
        {{ local_date('record.service_at', 'run.time_zone') }} as start_date,
        coalesce(paid_claim.paid_usd, 0) as paid_usd,
        {{ lineage_columns('record') }}
    from record
    cross join run
    left join paid_claim on record.claim_id = paid_claim.claim_id
)

select * from claim
