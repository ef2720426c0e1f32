{{ config(materialized='view') }}

with encounter as (
    {{ synthea_record('encounters', 'record.started_at') }}
),

organization as (
    select * from {{ ref('stg_synthea__organizations') }}
),

hospital_event as (
    select
        case encounter.encounter_class when 'emergency' then 'emergency' else 'stay' end
            as event_kind,
        'synthea' as sender,
        {{ surrogate_key(["'synthea'", 'encounter.encounter_id']) }} as event_id,
        encounter.client_key,
        encounter.organization_id as facility_id,
        organization.organization_name as facility_name,
        cast(null as {{ dbt.type_string() }}) as facility_type,
        case encounter.encounter_class
            when 'emergency' then 'emergency'
            when 'inpatient' then 'acute'
            else 'nonacute'
        end as stay_class,
        encounter.started_at,
        cast(null as date) as start_date,
        encounter.ended_at,
        cast(null as date) as end_date,
        cast(null as date) as last_seen_date,
        'time' as end_precision,
        cast(null as {{ dbt.type_string() }}) as discharge_disposition_code,
        encounter.reason_code as principal_diagnosis_code,
        cast(null as integer) as principal_mask,
        cast(null as integer) as diagnosis_mask,
        0 as setting_mask,
        false as came_through_ed,
        encounter.encounter_class = 'hospice' as is_hospice,
        false as has_died,
        false as is_discharge_cancelled,
        cast(null as timestamp with time zone) as cancelled_discharge_at,
        encounter.payer_coverage as paid_usd,
        encounter.received_at as known_at,
        encounter.evidence_table,
        encounter.evidence_key
    from encounter
    left join organization on encounter.organization_id = organization.organization_id
    where encounter.encounter_class in ('emergency', 'inpatient', 'snf', 'hospice')
)

select * from hospital_event
