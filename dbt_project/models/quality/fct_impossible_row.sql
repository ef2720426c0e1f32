-- one impossible row never stops a release; a high share means a broken export. Only a table's last
-- delivery counts, so that a corrected one is released
with delivery as (
    select distinct batch_id, source, received_at from {{ ref('stg_caseload__delivery') }}
),

batch as (
    select * from {{ ref('stg_caseload__batch') }}
    where status = 'loaded'
),

quality_limit as (
    select limit_value from {{ ref('quality_limit') }}
    where limit_id = 'impossible_least_rows'
),

delivered_batch as (
    select
        batch.source,
        batch.table_name,
        batch.batch_id,
        batch.rows_in,
        delivery.received_at,
        max(delivery.received_at) over (partition by batch.source, batch.table_name) as last_at
    from batch
    inner join delivery on batch.batch_id = delivery.batch_id
),

last_batch as (
    select * from delivered_batch
    where received_at = last_at
),

-- rows that a range or rule of the contract rejected, and impossible rows set aside after loading
impossible_row as (
    select source, table_name, batch_id, source_row from {{ ref('stg_caseload__reject') }}
    where reason_code = 'out_of_range' or reason_code like 'rule\_%' escape '\'
    union
    select source, table_name, batch_id, source_row from {{ ref('fct_set_aside') }}
    where reason_code <> 'missing_reference'
),

counted_row as (
    select source, table_name, batch_id, count(*) as row_count
    from impossible_row
    group by source, table_name, batch_id
),

counted_table as (
    select
        last_batch.source,
        last_batch.table_name,
        last_batch.last_at,
        cast(sum(last_batch.rows_in) as bigint) as rows_in,
        cast(sum(coalesce(counted_row.row_count, 0)) as bigint) as impossible_count
    from last_batch
    left join counted_row
        on last_batch.source = counted_row.source
        and last_batch.table_name = counted_row.table_name
        and last_batch.batch_id = counted_row.batch_id
    group by last_batch.source, last_batch.table_name, last_batch.last_at
),

impossible_share as (
    select
        counted_table.source,
        counted_table.table_name,
        counted_table.last_at as received_at,
        counted_table.rows_in,
        counted_table.impossible_count,
        cast(
            case
                when counted_table.rows_in >= quality_limit.limit_value
                    then 1.0 * counted_table.impossible_count / counted_table.rows_in
            end as decimal(9, 4)
        ) as impossible_rate
    from counted_table
    cross join quality_limit
)

select * from impossible_share
