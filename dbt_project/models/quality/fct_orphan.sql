-- rules/data-quality.md#orphans
with member_without_enrollment as (
    select source, source_scope, source_client_id
    from {{ ref('int_client__identified') }}
    where not has_demographics
),

known_client as (
    select matched.source, matched.source_scope, matched.source_client_id
    from {{ ref('int_client__matched') }} as matched
    anti join member_without_enrollment as member
        on
        matched.source = member.source
        and matched.source_scope = member.source_scope
        and matched.source_client_id = member.source_client_id
),

-- alerts are counted in fct_unmatched, and a replaced version is not current
client_row as (
    select * from {{ ref('input_client_row') }}
    where entity not in ('alert', 'appointment_version', 'unmatched_payment')
),

unknown_client_row as (
    select client_row.*
    from client_row
    anti join known_client
        on
        client_row.client_source = known_client.source
        and client_row.client_scope = known_client.source_scope
        and client_row.source_client_id = known_client.source_client_id
),

-- a payment without its claim adds nothing to any client, known or not
orphaned_row as (
    select * from unknown_client_row
    union all
    select * from {{ ref('input_client_row') }}
    where entity = 'unmatched_payment'
),

delivered_row as (
    select distinct
        source,
        source_table,
        client_scope || '|' || coalesce(source_client_id, '') as client,
        _batch_id,
        _source_row
    from orphaned_row
),

orphan as (
    select
        source,
        source_table as table_name,
        count(*) as row_count,
        count(distinct client) as client_count
    from delivered_row
    group by source, source_table
)

select * from orphan
