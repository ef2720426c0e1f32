{{ config(materialized='table') }}

{{ superseded_rows('claims', contract_keys('claims')) }}

select * from superseded
