with identity_score as (
    select
        pair_key,
        match_probability,
        match_weight,
        first_name_agreement,
        last_name_agreement,
        birth_date_agreement,
        sex_agreement,
        phone_agreement,
        address_agreement,
        ssn_last4_agreement
    from {{ source('caseload', 'identity_score') }}
)

select * from identity_score
