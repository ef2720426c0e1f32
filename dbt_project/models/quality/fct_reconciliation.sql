-- the ledger has the rows that were read, the raw tables the rows that are present
with batch as (
    select * from {{ ref('stg_caseload__batch') }}
    where status = 'loaded'
),

ledger as (
    select
        source,
        table_name,
        sum(rows_in) as rows_in,
        sum(rows_loaded) as rows_loaded,
        sum(rows_rejected) as rows_rejected
    from batch
    group by source, table_name
),

raw_count as (
    select source, source_table as table_name, row_count
    from {{ ref('input_raw_table') }}
),

superseded_count as (
    select source, source_table as table_name, count(*) as row_count
    from {{ ref('input_superseded_row') }}
    group by source, source_table
),

set_aside_count as (
    select source, table_name, count(distinct batch_id || ':' || source_row) as row_count
    from {{ ref('fct_set_aside') }}
    where is_row
    group by source, table_name
),

reconciled_table as (
    select
        raw_count.source,
        raw_count.table_name,
        cast(coalesce(ledger.rows_in, 0) as bigint) as rows_in,
        cast(coalesce(ledger.rows_loaded, 0) as bigint) as rows_loaded,
        cast(coalesce(ledger.rows_rejected, 0) as bigint) as rows_rejected,
        coalesce(superseded_count.row_count, 0) as rows_superseded,
        raw_count.row_count - coalesce(superseded_count.row_count, 0) as rows_current,
        coalesce(set_aside_count.row_count, 0) as rows_set_aside
    from raw_count
    left join ledger
        on raw_count.source = ledger.source and raw_count.table_name = ledger.table_name
    left join superseded_count
        on raw_count.source = superseded_count.source
        and raw_count.table_name = superseded_count.table_name
    left join set_aside_count
        on raw_count.source = set_aside_count.source
        and raw_count.table_name = set_aside_count.table_name
    where ledger.source is not null or raw_count.row_count > 0
)

select * from reconciled_table
