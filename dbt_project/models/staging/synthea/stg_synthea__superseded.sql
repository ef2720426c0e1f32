{{ config(materialized='table') }}

{{ superseded_rows('synthea', contract_keys('synthea')) }}

select * from superseded
