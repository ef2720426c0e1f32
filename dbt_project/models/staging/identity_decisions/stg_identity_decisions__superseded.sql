{{ config(materialized='table') }}

{{ superseded_rows('identity_decisions', contract_keys('identity_decisions')) }}

select * from superseded
