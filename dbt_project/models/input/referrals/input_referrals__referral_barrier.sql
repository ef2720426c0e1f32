with batch as (
    select batch_id, batch_rank, first_received_at from {{ ref('stg_caseload__batch_order') }}
),

-- superseded rows count too: a barrier has no date, so its first delivery gives one
delivered_barrier as (
    select
        version.referral_id,
        version.barrier_code,
        version._batch_id,
        version._source_row,
        batch.first_received_at,
        batch.batch_rank,
        row_number() over (
            partition by version.referral_id, version.barrier_code
            order by batch.first_received_at, version._batch_id, version._source_row
        ) as delivery_rank
    from {{ source('referrals', 'referral') }} as version
    inner join batch on version._batch_id = batch.batch_id
    where version.barrier_code is not null
),

referral_barrier as (
    select
        barrier.referral_id,
        barrier.barrier_code,
        barrier.first_received_at as reported_at,
        'referrals' as source,
        'referral' as source_table,
        barrier.first_received_at as received_at,
        barrier.batch_rank,
        barrier._batch_id,
        barrier._source_row,
        {{ evidence_columns('raw_referrals.referral', 'barrier') }}
    from delivered_barrier as barrier
    where barrier.delivery_rank = 1
)

select * from referral_barrier
