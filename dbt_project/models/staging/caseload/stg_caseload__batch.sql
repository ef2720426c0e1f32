with batch as (
    select
        batch_id,
        source,
        table_name,
        file_name,
        sha256,
        bytes,
        status,
        reason_code,
        detail,
        rows_in,
        rows_loaded,
        rows_rejected,
        contract_hash,
        returned_by
    from {{ source('caseload', 'batch') }}
)

select * from batch
