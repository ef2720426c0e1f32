with person as (
    select * from {{ ref('input_claims_cclf__person') }}
),

reported_birth_date as (
    select distinct
        coalesce(mbi_change.current_mbi, beneficiary.mbi) as source_client_id,
        beneficiary.birth_date
    from {{ ref('stg_claims_cclf__cclf8') }} as beneficiary
    left join {{ ref('input_claims_cclf__mbi_change') }} as mbi_change
        on beneficiary.mbi = mbi_change.former_mbi
),

-- the rows of a beneficiary's former MBI may have another birth date
report as (
    select
        source_client_id,
        first_name,
        last_name,
        name_suffix,
        birth_date,
        sex,
        address,
        zip_code,
        medicaid_id,
        medicare_id,
        true as is_latest
    from person
    union all
    select source_client_id, null, null, null, birth_date, null, null, null, null, null, false
    from reported_birth_date
),

person_report as (
    select
        'claims_cclf' as source,
        'claims_cclf' as client_scope,
        source_client_id,
        first_name,
        last_name,
        name_suffix,
        birth_date,
        sex,
        cast(null as {{ dbt.type_string() }}) as phone,
        address,
        zip_code,
        cast(null as {{ dbt.type_string() }}) as ssn_last4,
        medicaid_id,
        medicare_id,
        row_number() over (order by is_latest, source_client_id, birth_date) as report_sequence
    from report
)

select * from person_report
