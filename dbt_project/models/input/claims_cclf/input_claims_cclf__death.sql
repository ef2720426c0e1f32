with death as (
    {{ claim_member_death('claims_cclf') }}
)

select * from death
