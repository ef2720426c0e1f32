with enrollment as (
    select * from {{ ref('stg_claims__eligibility') }}
),

person_report as (
    select
        'claims' as source,
        data_source as client_scope,
        source_client_id,
        first_name,
        last_name,
        name_suffix,
        birth_date,
        gender as sex,
        phone,
        address,
        zip_code,
        right(social_security_number, 4) as ssn_last4,
        case when payer_type = 'medicaid' then member_id end as medicaid_id,
        case when payer_type = 'medicare' then member_id end as medicare_id,
        row_number() over (
            order by enrollment_end_date, enrollment_start_date, _batch_id, _source_row
        ) as report_sequence
    from enrollment
)

select * from person_report
