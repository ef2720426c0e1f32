with reject as (
    select
        source,
        table_name,
        batch_id,
        source_row,
        reason_code,
        detail
    from {{ source('caseload', 'reject') }}
)

select * from reject
