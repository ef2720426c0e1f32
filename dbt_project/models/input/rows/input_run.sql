{{ config(materialized='view') }}

with run as (
    select
        as_of,
        as_of_date,
        time_zone,
        organization_id,
        state
    from {{ ref('stg_caseload__run') }}
)

select * from run
