with delivered_row as (
    {{ current_rows('synthea', 'patients') }}
),

patient as (
    select
        id as source_client_id,
        birthdate as birth_date,
        deathdate as death_date,
        first as first_name,
        last as last_name,
        suffix as name_suffix,
        race,
        ethnicity,
        gender as sex,
        address,
        city,
        state,
        zip as zip_code,
        _batch_id,
        _source_row
    from delivered_row
)

select * from patient
