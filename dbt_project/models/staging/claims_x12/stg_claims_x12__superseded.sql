{{ config(materialized='table') }}

{{ superseded_rows('claims_x12', contract_keys('claims_x12')) }}

select * from superseded
