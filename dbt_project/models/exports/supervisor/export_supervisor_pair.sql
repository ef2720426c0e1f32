-- rules/returned-workbooks.md#identity-choices
with pair as (
    select
        source,
        source_scope,
        source_client_id,
        client_id,
        min(reason_code) as reason_code,
        max(match_probability) as match_probability
    from {{ ref('int_identity__reviewed') }}
    group by source, source_scope, source_client_id, client_id
),

-- rules/identity.md#unmatched-discharges: a person known from Part 2 records alone is not released
protected_person as (
    select
        client_source as source,
        client_scope as source_scope,
        source_client_id
    from {{ ref('int_alert__described') }}
    group by client_source, client_scope, source_client_id
    having bool_and(is_part2)
),

reported as (
    select
        {%- for column in [
            'first_name', 'last_name', 'birth_date', 'sex', 'phone', 'address', 'zip_code',
        ] %}
        {{ latest_non_null(column, 'report_sequence') }} as {{ column }},
        {%- endfor %}
        source,
        source_scope,
        source_client_id
    from {{ ref('int_person__reported_demographics') }}
    group by source, source_scope, source_client_id
),

matched as (
    select source, source_scope, source_client_id, client_key
    from {{ ref('int_client__matched') }}
),

client as (
    select
        client_key,
        client_id,
        trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')) as name,
        birth_date,
        sex,
        phone,
        address,
        zip_code
    from {{ ref('dim_client') }}
),

review_pair as (
    select
        pair.source,
        pair.source_scope,
        pair.source_client_id,
        pair.client_id,
        coalesce(
            nullif(
                trim(
                    coalesce(reported.first_name, '') || ' ' || coalesce(reported.last_name, '')
                ),
                ''
            ),
            own.name
        ) as person_name,
        client.name as client_name,
        {%- for column in ['birth_date', 'sex', 'phone', 'address', 'zip_code'] %}
        coalesce(reported.{{ column }}, own.{{ column }}) as person_{{ column }},
        client.{{ column }} as client_{{ column }},
        {%- endfor %}
        pair.reason_code,
        pair.match_probability
    from pair
    anti join protected_person
        on pair.source = protected_person.source
        and pair.source_scope = protected_person.source_scope
        and pair.source_client_id = protected_person.source_client_id
    left join reported
        on pair.source = reported.source
        and pair.source_scope = reported.source_scope
        and pair.source_client_id = reported.source_client_id
    left join matched
        on pair.source = matched.source
        and pair.source_scope = matched.source_scope
        and pair.source_client_id = matched.source_client_id
    left join client as own on matched.client_key = own.client_key
    left join client on pair.client_id = client.client_id
)

select * from review_pair
