with identity as (
    select client_key, source, source_scope, source_client_id from {{ ref('int_client__matched') }}
    where match_rule = 'own_id'
),

number_change as (
    select identity.client_key, max(record.changed_at) as changed_at
    from {{ ref('input_number_change') }} as record
    inner join identity
        on record.source = identity.source
        and record.client_scope = identity.source_scope
        and record.source_client_id = identity.source_client_id
    group by identity.client_key
)

select * from number_change
