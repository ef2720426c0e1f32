with record as (
    select * from {{ ref('stg_identity_decisions__checked_person') }}
),

checked_person as (
    select
        source,
        source_scope as client_scope,
        source_client_id,
        client_id,
        is_twin
    from record
)

select * from checked_person
