with person_identifier as (
    {{ claim_member_identifier('claims_cclf', 'medicare') }}
)

select * from person_identifier
