{%- set compared = [
    'first_name', 'last_name', 'birth_date', 'sex', 'phone', 'address', 'ssn_last4',
] %}
with identifier_conflict as (
    select
        *,
        cast(null as decimal(18, 4)) as match_probability,
        cast(null as {{ dbt.type_string() }}) as evidence
    from {{ ref('int_person__match_conflicts') }}
),

matched_client as (
    select * from {{ ref('int_client__matched') }}
),

scored_pair as (
    select * from {{ ref('int_identity__scored') }}
),

identity_limit as (
    select limit_value as review_probability
    from {{ ref('identity_limit') }}
    where limit_id = 'review_probability'
),

probability_conflict as (
    select
        scored_pair.source,
        scored_pair.source_scope,
        scored_pair.source_client_id,
        cast(null as {{ dbt.type_string() }}) as identifier_type,
        scored_pair.client_id,
        scored_pair.reason_code,
        scored_pair.match_probability,
        {% for column in compared -%}
        '{{ column }} ' || scored_pair.{{ column }}_agreement
        {{- " || '; ' || " if not loop.last }}
        {%- endfor %} as evidence
    from scored_pair
    cross join identity_limit
    anti join matched_client
        on matched_client.match_rule <> 'own_id'
        and scored_pair.source = matched_client.source
        and scored_pair.source_scope = matched_client.source_scope
        and scored_pair.source_client_id = matched_client.source_client_id
    where scored_pair.reason_code is not null
        and scored_pair.match_probability >= identity_limit.review_probability
        -- two records of the agency that differ in the first name only are twins
        and not (scored_pair.is_agency_pair and scored_pair.first_name_agreement = 'different')
),

possible_match as (
    select * from identifier_conflict
    union all
    select * from probability_conflict
)

select * from possible_match
