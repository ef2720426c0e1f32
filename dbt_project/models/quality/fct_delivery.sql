-- rules/privacy.md#file-names
with arrival as (
    select * from {{ ref('stg_caseload__delivery') }}
),

delivery as (
    select
        batch_id,
        source,
        shown_path as path,
        received_at,
        is_dated
    from arrival
)

select * from delivery
