with released_batch as (
    select
        batch_id,
        as_of,
        as_of_date
    from {{ source('caseload', 'released_batch') }}
)

select * from released_batch
