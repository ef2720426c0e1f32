with enrollment as (
    select * from {{ ref('stg_claims__eligibility') }}
    where payer_type in ('medicaid', 'medicare') and member_id is not null
),

person_identifier as (
    select distinct
        'claims' as source,
        data_source as client_scope,
        source_client_id,
        payer_type as identifier_type,
        member_id as identifier,
        birth_date,
        cast(null as {{ dbt.type_string() }}) as last_name
    from enrollment
)

select * from person_identifier
