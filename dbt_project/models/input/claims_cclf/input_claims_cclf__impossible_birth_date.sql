with impossible_birth_date as (
    {{ impossible_birth_dates(
        'claims_cclf', 'cclf8', cclf_date('bene_dob'), cclf_date('bene_death_dt')
    ) }}
)

select * from impossible_birth_date
