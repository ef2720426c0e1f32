with delivered_row as (
    {{ current_rows('identity_decisions', 'checked_person') }}
),

checked_person as (
    select
        source,
        coalesce(source_scope, '') as source_scope,
        source_client_id,
        client_id,
        coalesce(is_twin, false) as is_twin,
        _batch_id,
        _source_row
    from delivered_row
)

select * from checked_person
