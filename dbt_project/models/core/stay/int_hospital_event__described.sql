{#
    Whatever tells of a bed or an emergency room, in one form, with what the facility and the
    diagnosis say about it. Which of these events are the same stay or visit is decided in
    int_stay__merged and int_ed_visit__merged.
#}
with run as (
    select * from {{ ref('int_run__as_of') }}
),

provider as (
    select * from {{ ref('dim_provider') }}
),

facility_setting as (
    select * from {{ ref('facility_type_setting') }}
),

diagnosis as (
    select code, {{ diagnosis_mask() }} as diagnosis_mask
    from {{ ref('int_code__classified') }}
),

hospital_event as (
    select * from {{ ref('int_hospital_event__from_alerts') }}
    union all
    select * from {{ ref('int_hospital_event__from_claims') }}
    union all
    select * from {{ ref('int_hospital_event__from_synthea') }}
    union all
    select * from {{ ref('int_hospital_event__from_fhir') }}
),

placed_event as (
    select
        event.* exclude (
            facility_name, facility_type, stay_class, started_at, start_date, ended_at, end_date,
            last_seen_date, end_precision, principal_mask, diagnosis_mask
        ),
        coalesce(event.facility_name, provider.provider_name) as facility_name,
        coalesce(event.facility_type, provider.facility_type) as facility_type,
        event.stay_class as reported_class,
        coalesce(provider.is_part2, false)
        or {{ has_setting('event.setting_mask', 'part2_provider') }} as is_part2,
        coalesce(
            event.started_at, {{ start_of_local_day('event.start_date', 'run.time_zone') }}
        ) as started_at,
        coalesce(
            event.start_date, {{ local_date('event.started_at', 'run.time_zone') }}
        ) as start_date,
        coalesce(
            event.ended_at, {{ start_of_local_day('event.end_date', 'run.time_zone') }}
        ) as ended_at,
        coalesce(event.end_date, {{ local_date('event.ended_at', 'run.time_zone') }}) as end_date,
        event.last_seen_date,
        case when coalesce(event.ended_at, event.end_date) is not null then event.end_precision end
            as end_precision,
        coalesce(event.principal_mask, diagnosis.diagnosis_mask, 0) as principal_mask,
        coalesce(event.diagnosis_mask, diagnosis.diagnosis_mask, 0) as diagnosis_mask
    from hospital_event as event
    cross join run
    left join provider on event.facility_id = provider.npi
    left join diagnosis on event.principal_diagnosis_code = diagnosis.code
),

described_event as (
    select
        placed_event.* exclude (reported_class),
        case
            when placed_event.event_kind = 'stay'
                then coalesce(facility_setting.stay_class, placed_event.reported_class)
            else placed_event.reported_class
        end as stay_class,
        case
            when facility_setting.setting is not null then facility_setting.setting
            when
                {{ has_setting('setting_mask', 'psychiatric_inpatient') }}
                or {{ has_setting('setting_mask', 'psychiatric_place') }}
                then 'psychiatric'
            when
                {{ has_setting('setting_mask', 'detox') }}
                or {{ has_setting('setting_mask', 'detox_place') }}
                then 'substance_use'
        end as reported_setting
    from placed_event
    left join facility_setting on placed_event.facility_type = facility_setting.facility_type
)

select * from described_event
