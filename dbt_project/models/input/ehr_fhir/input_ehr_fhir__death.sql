with patient as (
    select * from {{ ref('stg_ehr_fhir__patient') }}
    where deceased_at is not null or is_deceased
),

run as (
    select time_zone from {{ ref('input_run') }}
),

death as (
    select
        'ehr_fhir' as source,
        '' as client_scope,
        patient.source_client_id,
        {{ local_date('patient.deceased_at', 'run.time_zone') }} as death_date,
        'record_system' as death_basis,
        patient.deceased_at as event_at
    from patient
    cross join run
)

select * from death
