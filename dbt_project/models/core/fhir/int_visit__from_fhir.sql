with encounter as (
    select * from {{ ref('int_encounter__from_fhir') }}
    where event_kind = 'visit'
),

kept as (
    select appointment_id, service_line from {{ ref('int_appointment__from_fhir') }}
),

service_line as (
    select code, service_line from {{ ref('appointment_service_line') }}
),

code_group as (
    select code, is_mental_any, is_sud from {{ ref('int_code__classified') }}
    where is_mental_any or is_sud
),

part2_provider as (
    select distinct npi from {{ ref('dim_provider') }}
    where is_part2
),

-- a billing code of what was done says more than the type of the encounter
placed_visit as (
    select
        encounter.* exclude (is_part2),
        encounter.is_part2 or coalesce(done.is_part2_labelled, false) as is_part2,
        coalesce(
            service_line.service_line,
            type_line.service_line,
            done.service_line,
            kept.service_line,
            'other'
        ) as service_line,
        coalesce(
            case when done.is_billing_code then done.procedure_code end,
            encounter.type_code,
            done.procedure_code
        ) as procedure_code
    from encounter
    left join {{ ref('int_procedure__from_fhir') }} as done
        on encounter.encounter_id = done.encounter_id
    left join service_line on upper(encounter.service_type_code) = service_line.code
    left join service_line as type_line on upper(encounter.type_code) = type_line.code
    left join kept on encounter.appointment_id = kept.appointment_id
),

visit as (
    select
        {{ surrogate_key(["'ehr_fhir'", 'visit.encounter_id']) }} as visit_key,
        visit.encounter_id as visit_id,
        visit.appointment_id,
        visit.client_key,
        visit.started_at,
        visit.record_date as visit_date,
        visit.ended_at,
        visit.service_line,
        visit.procedure_code,
        visit.place_of_service_code,
        visit.practitioner_id as provider_id,
        visit.provider_taxonomy_code,
        visit.program_id,
        coalesce(visit.location_id, visit.organization_id) as site_id,
        coalesce(code_group.is_mental_any, false) as is_mental_principal,
        visit.is_mental_any or coalesce(code_group.is_mental_any, false) as is_mental_dx_any,
        visit.is_sud or coalesce(code_group.is_sud, false) as is_sud_dx_any,
        visit.service_line = 'crisis' as is_crisis,
        visit.is_part2 or part2_provider.npi is not null as is_part2,
        visit.received_at,
        visit.evidence_table,
        visit.evidence_key
    from placed_visit as visit
    left join code_group on visit.principal_diagnosis_code = code_group.code
    left join part2_provider on visit.practitioner_id = part2_provider.npi
)

select * from visit
