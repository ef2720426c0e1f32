with record as (
    {{ sender_record('synthea', 'encounters') }}
),

organization as (
    select organization_id, organization_name from {{ ref('stg_synthea__organizations') }}
),

hospital_encounter as (
    select
        record.encounter_id,
        case record.encounter_class when 'emergency' then 'emergency' else 'stay' end
            as event_kind,
        case record.encounter_class
            when 'emergency' then 'emergency'
            when 'inpatient' then 'acute'
            else 'nonacute'
        end as stay_class,
        record.organization_id as facility_id,
        organization.organization_name as facility_name,
        record.started_at,
        record.ended_at,
        'time' as end_precision,
        cast(null as {{ dbt.type_string() }}) as discharge_disposition_code,
        record.reason_code as principal_diagnosis_code,
        cast(null as {{ dbt.type_string() }}) as program_id,
        false as came_through_ed,
        record.encounter_class = 'hospice' as is_hospice,
        false as has_died,
        record.payer_coverage as paid_usd,
        {{ lineage_columns('record') }}
    from record
    left join organization on record.organization_id = organization.organization_id
    where
        record.encounter_class in ('emergency', 'inpatient', 'snf', 'hospice')
        and record.started_at is not null
)

select * from hospital_encounter
