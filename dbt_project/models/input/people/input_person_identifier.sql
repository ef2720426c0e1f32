{{ config(materialized='table') }}

with person_identifier as (
    {{ union_of_senders(
        'person_identifier',
        ['identifier_type', 'identifier', 'birth_date', 'last_name'],
        of_row=false
    ) }}
)

select * from person_identifier
