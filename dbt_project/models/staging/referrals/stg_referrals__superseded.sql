{{ config(materialized='table') }}

{{ superseded_rows('referrals', contract_keys('referrals')) }}

select * from superseded
