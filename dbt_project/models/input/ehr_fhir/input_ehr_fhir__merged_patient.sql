with patient as (
    select source_client_id, merged_into_client_id from {{ ref('stg_ehr_fhir__patient') }}
),

{{ merged_records('patient') }},

merged_patient as (
    select source_client_id, surviving_client_id
    from merged_record
)

select * from merged_patient
