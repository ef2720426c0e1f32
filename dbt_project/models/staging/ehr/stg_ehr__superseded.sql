{{ config(materialized='table') }}

{{ superseded_rows('ehr', contract_keys('ehr')) }}

select * from superseded
