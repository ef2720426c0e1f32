with delivered_row as (
    {{ current_rows('ehr_fhir', 'Patient') }}
),

patient as (
    select
        id as source_client_id,
        last_updated,
        active as is_active,
        replaced_by_id as merged_into_client_id,
        family_name as last_name,
        given_name as first_name,
        middle_name,
        name_suffix,
        name_text,
        usual_name as preferred_name,
        {{ plausible_birth_date('birth_date', 'deceased_at') }} as birth_date,
        birth_date_written,
        gender as sex,
        is_deceased,
        deceased_at,
        deceased_at_precision,
        deceased_written,
        race,
        ethnicity,
        language,
        address,
        city,
        state,
        zip_code,
        mobile_phone,
        phone,
        practitioner_id,
        organization_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from patient
