with run as (
    select
        as_of,
        as_of_date,
        time_zone,
        organization_id,
        state
    from {{ ref('input_run') }}
)

select * from run
