{{ config(materialized='table') }}

{{ superseded_rows('valuesets', contract_keys('valuesets')) }}

select * from superseded
