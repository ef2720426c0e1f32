with run as (
    select * from {{ ref('int_run__as_of') }}
),

freshness_limit as (
    select * from {{ ref('feed_freshness_limit') }}
),

-- a refused file does not make a feed fresher
readable_batch as (
    select distinct batch_id
    from {{ ref('stg_caseload__batch') }}
    where status = 'loaded'
),

last_delivery as (
    select delivery.source, max(delivery.received_at) as last_received_at
    from {{ ref('stg_caseload__delivery') }} as delivery
    inner join readable_batch on delivery.batch_id = readable_batch.batch_id
    group by delivery.source
),

evaluated_feed as (
    select
        freshness_limit.feed as source,
        last_delivery.last_received_at,
        freshness_limit.limit_hours,
        last_delivery.source is null as is_absent,
        coalesce(
            {{ dbt.dateadd(
                'hour', 'freshness_limit.limit_hours', 'last_delivery.last_received_at'
            ) }} < run.as_of,
            false
        ) as is_stale
    from freshness_limit
    cross join run
    left join last_delivery on freshness_limit.feed = last_delivery.source
)

select * from evaluated_feed
