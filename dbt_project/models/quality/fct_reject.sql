with reject as (
    select * from {{ ref('stg_caseload__reject') }}
)

select * from reject
