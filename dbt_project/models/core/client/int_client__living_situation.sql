{{ config(materialized='view') }}

with record as (
    select * from {{ ref('input_living_situation') }}
),

-- of merged records, the surviving one
matched_client as (
    select * from {{ ref('int_client__matched') }}
    where match_rule = 'own_id'
),

living_situation as (
    select
        matched_client.client_key,
        record.housing_status,
        record.has_phone,
        record.evidence_table,
        record.evidence_key
    from record
    inner join matched_client
        on record.client_source = matched_client.source
        and record.client_scope = matched_client.source_scope
        and record.source_client_id = matched_client.source_client_id
)

select * from living_situation
