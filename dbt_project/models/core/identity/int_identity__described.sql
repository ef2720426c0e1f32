with reported_person as (
    select * from {{ ref('int_person__reported_demographics') }}
),

agency_record as (
    select person.*, merged.source_scope
    from {{ ref('input_person') }} as person
    inner join {{ ref('int_client__merged') }} as merged
        on person.source = merged.source and person.source_client_id = merged.source_client_id
),

-- the value reported last; a person with two reported birth dates is marked
record as (
    select
        source,
        source_scope,
        source_client_id,
        {%- for column in [
            'first_name', 'last_name', 'name_suffix', 'birth_date', 'sex', 'phone', 'address',
            'zip_code', 'ssn_last4', 'medicaid_id', 'medicare_id',
        ] %}
        {{ latest_non_null(column, 'report_sequence') }} as {{ column }},
        {%- endfor %}
        cast(null as {{ dbt.type_string() }}) as phone_2,
        count(distinct birth_date) > 1 as has_other_birth_date,
        false as is_agency_record
    from reported_person
    group by source, source_scope, source_client_id
    union all
    select
        source,
        source_scope,
        source_client_id,
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
        phone_2,
        false,
        true
    from agency_record
),

normalized_name as (
    select
        *,
        {{ name_words('first_name') }} as first_words,
        {{ name_words('last_name') }} as last_words
    from record
),

described_record as (
    select
        {{ surrogate_key(['source', 'source_scope', 'source_client_id']) }} as record_key,
        source,
        source_scope,
        source_client_id,
        first_words,
        replace(first_words, ' ', '') as first_name,
        {{ bare_last_name('last_words') }} as last_name,
        {{ name_suffix('name_suffix', 'last_words') }} as name_suffix,
        birth_date,
        case lower(left(trim(sex), 1)) when 'f' then 'female' when 'm' then 'male' end as sex,
        {{ phone_number('phone') }} as phone,
        {{ phone_number('phone_2') }} as phone_2,
        {{ street_address('address') }} as address,
        left(trim(zip_code), 5) as zip_code,
        ssn_last4,
        medicaid_id,
        medicare_id,
        has_other_birth_date,
        is_agency_record
    from normalized_name
)

select * from described_record
