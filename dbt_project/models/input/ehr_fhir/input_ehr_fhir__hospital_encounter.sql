with encounter as (
    select * from {{ ref('input_ehr_fhir__encounter') }}
    where event_kind in ('stay', 'emergency')
),

disposition as (
    select source_value, mapped_value as discharge_disposition_code from {{ ref('fhir_code') }}
    where kind = 'discharge_disposition'
),

hospital_encounter as (
    select
        encounter.encounter_id,
        encounter.event_kind,
        encounter.stay_class,
        coalesce(encounter.organization_id, encounter.location_id) as facility_id,
        encounter.organization_name as facility_name,
        encounter.started_at,
        -- over, with an unknown end: there is no discharge to call about
        coalesce(
            encounter.ended_at, case when encounter.is_over then encounter.started_at end
        ) as ended_at,
        case when encounter.ended_at is null then 'unknown' else encounter.ended_at_precision end
            as end_precision,
        coalesce(
            disposition.discharge_disposition_code,
            case when length(encounter.discharge_disposition_code) = 2
                    then encounter.discharge_disposition_code
            end
        ) as discharge_disposition_code,
        encounter.principal_diagnosis_code,
        encounter.program_id,
        coalesce(encounter.admit_source_code = 'emd', false) as came_through_ed,
        false as is_hospice,
        coalesce(disposition.discharge_disposition_code = '20', false) as has_died,
        cast(null as decimal(18, 4)) as paid_usd,
        {{ lineage_columns('encounter') }}
    from encounter
    left join disposition on encounter.discharge_disposition_code = disposition.source_value
)

select * from hospital_encounter
