with delivered_row as (
    {{ current_rows('synthea', 'patients') }}
),

patient as (
    select
        id as source_client_id,
        {{ plausible_birth_date('birthdate', 'deathdate') }} as birth_date,
        deathdate as death_date,
        ssn,
        drivers,
        passport,
        prefix as name_prefix,
        first as first_name,
        last as last_name,
        suffix as name_suffix,
        maiden as maiden_name,
        marital as marital_status,
        race,
        ethnicity,
        gender as sex,
        birthplace as birth_place,
        address,
        city,
        state,
        county,
        zip as zip_code,
        lat,
        lon,
        healthcare_expenses,
        healthcare_coverage,
        _batch_id,
        _source_row
    from delivered_row
)

select * from patient
