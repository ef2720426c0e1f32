with patient as (
    select * from {{ ref('stg_ehr_fhir__patient') }}
),

merged_patient as (
    select * from {{ ref('input_ehr_fhir__merged_patient') }}
),

current_identifier as (
    select identifier.*
    from {{ ref('stg_ehr_fhir__patient_identifier') }} as identifier
    cross join {{ ref('input_run') }} as run
    where coalesce(identifier.identifier_use, '') <> 'old'
        and coalesce(identifier.ended_at > run.as_of, true)
),

identifier_kind as (
    select source_value, mapped_value as identifier_kind from {{ ref('fhir_code') }}
    where kind = 'identifier_kind'
),

-- a replaced patient is the same person: its identifiers count for the patient that replaced it
person_identifier as (
    select distinct
        'ehr_fhir' as source,
        '' as client_scope,
        merged_patient.surviving_client_id as source_client_id,
        coalesce(identifier_kind.identifier_kind, 'client') as identifier_type,
        current_identifier.identifier,
        patient.birth_date,
        cast(null as {{ dbt.type_string() }}) as last_name
    from patient
    inner join merged_patient on patient.source_client_id = merged_patient.source_client_id
    inner join current_identifier on patient.source_client_id = current_identifier.source_client_id
    left join identifier_kind
        on identifier_kind.source_value
        in (
            'type:' || current_identifier.type_code,
            'system:' || current_identifier.identifier_system
        )
)

select * from person_identifier
