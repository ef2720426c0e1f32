-- the rows of a beneficiary's former MBI may have another birth date
with reported_birth_date as (
    select distinct
        coalesce(mbi_change.current_mbi, beneficiary.mbi) as source_client_id,
        beneficiary.birth_date
    from {{ ref('stg_claims_cclf__cclf8') }} as beneficiary
    left join {{ ref('input_claims_cclf__mbi_change') }} as mbi_change
        on beneficiary.mbi = mbi_change.former_mbi
),

person_report as (
    {{ claim_member_report('claims_cclf') }}
)

select * from person_report
