-- rules/data-quality.md#orphans: alerts are counted in fct_unmatched
with orphaned_row as (
    select distinct
        source,
        source_table,
        client_scope || '|' || coalesce(source_client_id, '') as client,
        _batch_id,
        _source_row
    from {{ ref('int_row__questioned') }}
    where is_unknown_client and entity <> 'alert'
),

orphan as (
    select
        source,
        source_table as table_name,
        count(*) as row_count,
        count(distinct client) as client_count
    from orphaned_row
    group by source, source_table
)

select * from orphan
