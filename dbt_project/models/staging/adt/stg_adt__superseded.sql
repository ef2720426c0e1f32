{{ config(materialized='table') }}

{{ superseded_rows('adt', contract_keys('adt')) }}

select * from superseded
