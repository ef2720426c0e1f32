with batch as (
    select * from {{ ref('stg_caseload__batch') }}
)

select * from batch
