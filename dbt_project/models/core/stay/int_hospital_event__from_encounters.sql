{{ config(materialized='view') }}

with encounter_record as (
    {{ client_record(
        'hospital_encounter',
        day=local_date('record.started_at', 'run.time_zone'),
        happened_at='record.started_at'
    ) }}
),

hospital_event as (
    select
        event_kind,
        'encounter' as event_basis,
        {{ surrogate_key(['source', 'encounter_id']) }} as event_id,
        client_key,
        facility_id,
        facility_name,
        cast(null as {{ dbt.type_string() }}) as facility_type,
        stay_class,
        started_at,
        cast(null as date) as start_date,
        ended_at,
        cast(null as date) as end_date,
        cast(null as date) as last_seen_date,
        end_precision,
        discharge_disposition_code,
        principal_diagnosis_code,
        cast(null as boolean) as is_mental_any,
        cast(null as boolean) as is_self_harm_any,
        cast(null as boolean) as is_sud_any,
        cast(null as boolean) as is_aud_any,
        cast(null as boolean) as is_oud_any,
        cast(null as boolean) as is_other_drug_any,
        cast(null as boolean) as is_overdose_any,
        false as is_psychiatric,
        false as is_detox,
        came_through_ed,
        false as is_emergency_admission,
        is_hospice,
        has_died,
        false as is_discharge_cancelled,
        cast(null as timestamp with time zone) as cancelled_discharge_at,
        paid_usd,
        is_part2,
        received_at as known_at,
        evidence_table,
        evidence_key
    from encounter_record
)

select * from hospital_event
