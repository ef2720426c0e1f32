with batch as (
    select batch_id, batch_rank, first_received_at
    from {{ ref('stg_caseload__batch_order') }}
)

select * from batch
