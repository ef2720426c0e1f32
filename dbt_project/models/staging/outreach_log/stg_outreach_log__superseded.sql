{{ config(materialized='table') }}

{{ superseded_rows('outreach_log', contract_keys('outreach_log')) }}

select * from superseded
