with delivery as (
    select * from {{ ref('stg_caseload__delivery') }}
),

-- the same bytes delivered again are a new delivery of an old batch: the latest one ranks its rows
arrival as (
    select
        batch_id,
        source,
        received_at,
        path,
        min(received_at) over (partition by batch_id) as first_received_at,
        row_number() over (partition by batch_id order by received_at desc, path desc) as recency
    from delivery
),

ordered_batch as (
    select
        batch_id,
        source,
        first_received_at,
        received_at as last_received_at,
        row_number() over (order by received_at, path, batch_id) as batch_rank
    from arrival
    where recency = 1
)

select * from ordered_batch
