{{ config(materialized='table') }}

{{ superseded_rows('claims', [
    'eligibility',
    'medical_claim',
    'pharmacy_claim'
]) }}

select * from superseded
