{{ config(materialized='table') }}

{{ superseded_rows('claims_cclf', contract_keys('claims_cclf')) }}

select * from superseded
