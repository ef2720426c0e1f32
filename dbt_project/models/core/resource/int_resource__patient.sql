-- Clients known by FHIR resources, each with the dates of its first patient that has a birth date.
with record as (
    select
        client.client_key,
        patient.source,
        patient.patient_id,
        {{ written_date('patient.birth_date_written', 'birth') }},
        {{ written_date('patient.deceased_written', 'death') }},
        patient.evidence_table,
        patient.evidence_key
    from {{ ref('input_resource_patient') }} as patient
    inner join {{ ref('int_client__matched') }} as client
        on patient.source = client.source
        and client.source_scope = ''
        and patient.patient_id = client.source_client_id
),

patient as (
    select * exclude (patient_rank)
    from (
        select
            *,
            row_number() over (
                partition by client_key
                order by case when birth_date is null then 1 else 0 end, source, patient_id
            ) as patient_rank
        from record
    ) as ranked
    where patient_rank = 1
)

select * from patient
