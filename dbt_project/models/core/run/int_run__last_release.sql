with last_release as (
    select distinct as_of, as_of_date
    from {{ ref('stg_caseload__released_batch') }}
)

select * from last_release
