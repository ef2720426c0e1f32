{{ config(materialized='view') }}

with discharged_person as (
    select source, client_scope, source_client_id, received_at
    from {{ ref('input_person') }}
    where status = 'discharged'
),

identity as (
    select * from {{ ref('int_client__matched') }}
),

discharged_client as (
    select identity.client_key, min(person.received_at) as noticed_at
    from discharged_person as person
    inner join identity
        on person.source = identity.source
        and person.client_scope = identity.source_scope
        and person.source_client_id = identity.source_client_id
    group by identity.client_key
)

select * from discharged_client
