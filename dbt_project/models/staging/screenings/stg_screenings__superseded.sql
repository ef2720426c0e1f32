{{ config(materialized='table') }}

{{ superseded_rows('screenings', contract_keys('screenings')) }}

select * from superseded
