with person as (
    select * from {{ ref('input_claims_x12__person') }}
),

reported_birth_date as (
    select distinct
        {{ x12_client_id('claim') }} as source_client_id,
        claim.patient_birth_date as birth_date
    from {{ ref('stg_claims_x12__claim') }} as claim
),

-- claims of one patient may have different birth dates
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
        'claims_x12' as source,
        'claims_x12' as client_scope,
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
