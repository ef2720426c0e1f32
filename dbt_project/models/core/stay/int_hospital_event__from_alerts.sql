{{ config(materialized='view') }}

with encounter as (
    select * from {{ ref('int_alert_encounter__resolved') }}
    where not is_cancelled
),

stay_event as (
    select
        'stay' as event_kind,
        'alert' as event_basis,
        encounter_key as event_id,
        client_key,
        facility_id,
        facility_name,
        facility_type,
        case encounter_class when 'inpatient' then 'acute' else encounter_class end as stay_class,
        admitted_at as started_at,
        cast(null as date) as start_date,
        ended_at,
        cast(null as date) as end_date,
        cast(null as date) as last_seen_date,
        end_precision,
        discharge_disposition_code,
        diagnosis_code as principal_diagnosis_code,
        cast(null as boolean) as is_mental_any,
        cast(null as boolean) as is_self_harm_any,
        cast(null as boolean) as is_sud_any,
        cast(null as boolean) as is_aud_any,
        cast(null as boolean) as is_oud_any,
        cast(null as boolean) as is_other_drug_any,
        cast(null as boolean) as is_overdose_any,
        false as is_psychiatric,
        false as is_detox,
        has_emergency_part as came_through_ed,
        false as is_emergency_admission,
        false as is_hospice,
        has_died,
        is_discharge_cancelled,
        cancelled_discharge_at,
        cast(null as decimal(18, 4)) as paid_usd,
        is_part2,
        known_at,
        evidence_table,
        _batch_id || ':' || cast(_source_row as {{ dbt.type_string() }}) as evidence_key
    from encounter
    where encounter_class in ('inpatient', 'observation', 'crisis')
),

-- the arrival in the emergency room is a separate event; it ends with an admission from it
emergency_event as (
    select
        'emergency' as event_kind,
        'alert' as event_basis,
        encounter_key as event_id,
        client_key,
        facility_id,
        facility_name,
        facility_type,
        case encounter_class when 'inpatient' then 'acute' else encounter_class end as stay_class,
        started_at,
        cast(null as date) as start_date,
        case encounter_class when 'emergency' then ended_at else admitted_at end as ended_at,
        cast(null as date) as end_date,
        cast(null as date) as last_seen_date,
        case encounter_class when 'emergency' then end_precision else 'time' end as end_precision,
        discharge_disposition_code,
        diagnosis_code as principal_diagnosis_code,
        cast(null as boolean) as is_mental_any,
        cast(null as boolean) as is_self_harm_any,
        cast(null as boolean) as is_sud_any,
        cast(null as boolean) as is_aud_any,
        cast(null as boolean) as is_oud_any,
        cast(null as boolean) as is_other_drug_any,
        cast(null as boolean) as is_overdose_any,
        false as is_psychiatric,
        false as is_detox,
        true as came_through_ed,
        false as is_emergency_admission,
        false as is_hospice,
        has_died,
        is_discharge_cancelled,
        cancelled_discharge_at,
        cast(null as decimal(18, 4)) as paid_usd,
        is_part2,
        known_at,
        evidence_table,
        _batch_id || ':' || cast(_source_row as {{ dbt.type_string() }}) as evidence_key
    from encounter
    where has_emergency_part
),

hospital_event as (
    select * from stay_event
    union all
    select * from emergency_event
)

select * from hospital_event
