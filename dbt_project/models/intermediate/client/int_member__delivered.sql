{{ config(materialized='view') }}

-- Members of senders whose claims say who the member is, in place of an enrollment file.
with member as (
    select
        'claims_x12' as source,
        'claims_x12' as source_scope,
        'claims_x12:' || source_client_id as client_id,
        *
    from {{ ref('int_member__from_x12') }}
)

select * from member
