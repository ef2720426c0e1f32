with patient as (
    select * from {{ ref('input_ehr_fhir__person') }}
),

-- a replaced patient is the same person, reported before the patient that replaced it
person_report as (
    select
        source,
        client_scope,
        coalesce(merged_into_client_id, source_client_id) as source_client_id,
        first_name,
        last_name,
        name_suffix,
        birth_date,
        sex,
        phone,
        address,
        zip_code,
        ssn_last4,
        medicaid_id,
        medicare_id,
        row_number() over (
            order by
                case when merged_into_client_id is null then 1 else 0 end,
                source_client_id
        ) as report_sequence
    from patient
)

select * from person_report
