with delivery as (
    select
        batch_id,
        source,
        path,
        shown_path,
        received_at,
        is_dated
    from {{ source('caseload', 'delivery') }}
)

select * from delivery
