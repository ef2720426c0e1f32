with person_identifier as (
    {{ claim_member_identifier('claims_x12', 'medicaid') }}
    union all
    {{ claim_member_identifier('claims_x12', 'medicare') }}
)

select * from person_identifier
