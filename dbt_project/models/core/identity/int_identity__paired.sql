with record as (
    select * from {{ ref('int_identity__described') }}
),

blocked_pair as (
    select * from {{ ref('int_identity__blocked') }}
),

merged as (
    select * from {{ ref('int_client__merged') }}
),

linked as (
    select distinct source, source_scope, source_client_id, client_id
    from {{ ref('int_client__linked') }}
),

nickname as (
    select distinct nickname, formal_name from {{ ref('nickname') }}
),

placeholder as (
    select word from {{ ref('placeholder_name') }}
),

placeholder_record as (
    select distinct record.record_key
    from record
    inner join placeholder
        on ' ' || record.first_words || ' ' like '% ' || placeholder.word || ' %'
),

described_pair as (
    select
        {{ surrogate_key(['pair.record_key', 'pair.candidate_record_key']) }} as pair_key,
        pair.record_key,
        pair.candidate_record_key,
        person.source,
        person.source_scope,
        person.source_client_id,
        candidate.source_client_id as candidate_source_client_id,
        merged.surviving_client_id as client_id,
        {%- for side in ['person', 'candidate'] %}
        case when {{ side }}_placeholder.record_key is null then {{ side }}.first_name end
            as {{ side }}_first_name,
        {{ side }}.last_name as {{ side }}_last_name,
        {{ side }}.birth_date as {{ side }}_birth_date,
        {{ side }}.sex as {{ side }}_sex,
        {{ side }}.address as {{ side }}_address,
        {{ side }}.zip_code as {{ side }}_zip_code,
        {{ side }}.ssn_last4 as {{ side }}_ssn_last4,
        {%- endfor %}
        person.phone as person_phone,
        case when person.phone = candidate.phone_2 then candidate.phone_2 else candidate.phone end
            as candidate_phone,
        person.is_agency_record as is_agency_pair,
        person.has_other_birth_date,
        coalesce(person.medicaid_id <> candidate.medicaid_id, false)
        or coalesce(person.medicare_id <> candidate.medicare_id, false) as has_other_identifier,
        coalesce(person.name_suffix <> candidate.name_suffix, false) as has_other_suffix,
        {% for column in ['zip_code', 'address', 'ssn_last4', 'medicaid_id', 'medicare_id'] -%}
        coalesce(person.{{ column }} = candidate.{{ column }}, false) or {% endfor -%}
        coalesce(person.phone in (candidate.phone, candidate.phone_2), false)
            as has_agreeing_field,
        person_placeholder.record_key is not null or candidate_placeholder.record_key is not null
            as is_placeholder_name
    from blocked_pair as pair
    inner join record as person on pair.record_key = person.record_key
    inner join record as candidate on pair.candidate_record_key = candidate.record_key
    inner join merged on candidate.source_client_id = merged.source_client_id
    left join placeholder_record as person_placeholder
        on person.record_key = person_placeholder.record_key
    left join placeholder_record as candidate_placeholder
        on candidate.record_key = candidate_placeholder.record_key
),

-- an identifier of the person that leads to another client is evidence against this one
elsewhere_linked as (
    select distinct pair.pair_key
    from described_pair as pair
    inner join linked
        on pair.source = linked.source
        and pair.source_scope = linked.source_scope
        and pair.source_client_id = linked.source_client_id
        and pair.client_id <> linked.client_id
),

paired_record as (
    select
        pair.* exclude (has_other_identifier),
        -- the full name where one side has the short form of the other's
        coalesce(of_person.formal_name, pair.person_first_name) as person_formal_name,
        coalesce(of_candidate.formal_name, pair.candidate_first_name) as candidate_formal_name,
        pair.has_other_identifier or elsewhere_linked.pair_key is not null as has_other_identifier
    from described_pair as pair
    left join nickname as of_person
        on pair.person_first_name = of_person.nickname
        and pair.candidate_first_name = of_person.formal_name
    left join nickname as of_candidate
        on pair.candidate_first_name = of_candidate.nickname
        and pair.person_first_name = of_candidate.formal_name
    left join elsewhere_linked on pair.pair_key = elsewhere_linked.pair_key
)

select * from paired_record
