with delivery as (
    select * from {{ ref('stg_caseload__delivery') }}
)

select * from delivery
