-- The agency's records, and the people of other senders whom neither an exact identifier nor a
-- person has led to a client: only they are worth comparing.
with settled_person as (
    select source, source_scope, source_client_id from {{ ref('int_identity__exact') }}
    union
    select source, source_scope, source_client_id from {{ ref('int_decision__resolved') }}
    where decision = 'same' and is_known
),

agency_record as (
    select *, 'ehr' as source, '' as source_scope
    from {{ ref('stg_ehr__client') }}
),

member as (
    select
        'claims' as source,
        data_source as source_scope,
        *,
        row_number() over (
            order by enrollment_end_date, enrollment_start_date, _batch_id, _source_row
        ) as told_number
    from {{ ref('stg_claims__eligibility') }} as enrollment
    anti join settled_person
        on settled_person.source = 'claims'
        and enrollment.data_source = settled_person.source_scope
        and enrollment.source_client_id = settled_person.source_client_id
),

alert_patient as (
    select
        'adt' as source,
        sending_facility_id as source_scope,
        *,
        row_number() over (order by event_at, _batch_id, _source_row) as told_number
    from {{ ref('int_alert__delivered') }} as alert
    anti join settled_person
        on settled_person.source = 'adt'
        and alert.sending_facility_id = settled_person.source_scope
        and alert.source_client_id = settled_person.source_client_id
    where alert.source_client_id is not null
),

told_person as (
    select
        source,
        source_scope,
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
        told_number
    from member
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
        null,
        medicaid_id,
        null,
        told_number
    from alert_patient
),

-- what was told last; a person of whom two birth dates are told is known as such
record as (
    select
        source,
        source_scope,
        source_client_id,
        {%- for column in [
            'first_name', 'last_name', 'name_suffix', 'birth_date', 'sex', 'phone', 'address',
            'zip_code', 'ssn_last4', 'medicaid_id', 'medicare_id',
        ] %}
        max_by({{ column }}, told_number) filter (where {{ column }} is not null) as {{ column }},
        {%- endfor %}
        cast(null as {{ dbt.type_string() }}) as phone_2,
        count(distinct birth_date) > 1 as has_other_birth_date
    from told_person
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
        false
    from agency_record
),

worded_record as (
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
        has_other_birth_date
    from worded_record
)

select * from described_record
