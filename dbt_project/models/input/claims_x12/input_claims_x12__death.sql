with death as (
    {{ claim_member_death('claims_x12') }}
)

select * from death
