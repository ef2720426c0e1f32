with person as (
    select * from {{ ref('input_claims_cclf__person') }}
),

person_identifier as (
    select
        source,
        client_scope,
        source_client_id,
        'medicare' as identifier_type,
        medicare_id as identifier,
        birth_date,
        cast(null as {{ dbt.type_string() }}) as last_name
    from person
    where medicare_id is not null
)

select * from person_identifier
