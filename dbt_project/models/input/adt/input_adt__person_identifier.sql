with alert as (
    select * from {{ ref('input_adt__alert') }}
    where source_client_id is not null
),

appointment as (
    select * from {{ ref('input_adt__appointment') }}
    where source_client_id is not null
),

-- a scheduling system may use the agency's own client ids as patient ids
reported_identifier as (
    select
        client_scope,
        source_client_id,
        'medicaid' as identifier_type,
        medicaid_id as identifier,
        birth_date,
        cast(null as {{ dbt.type_string() }}) as last_name
    from alert
    union
    select client_scope, source_client_id, 'medicaid', medicaid_id, birth_date, null
    from appointment
    union
    select client_scope, source_client_id, 'client', source_patient_id, birth_date, last_name
    from appointment
),

person_identifier as (
    select 'adt' as source, *
    from reported_identifier
    where identifier is not null
)

select * from person_identifier
