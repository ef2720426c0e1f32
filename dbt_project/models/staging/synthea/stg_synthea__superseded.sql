{{ config(materialized='table') }}

{{ superseded_rows('synthea', [
    'patients',
    'encounters',
    'conditions',
    'observations',
    'medications',
    'procedures',
    'claims',
    'claims_transactions',
    'payer_transitions',
    'organizations',
    'providers'
]) }}

select * from superseded
