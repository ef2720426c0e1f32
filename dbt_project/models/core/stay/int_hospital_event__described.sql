with run as (
    select * from {{ ref('int_run__as_of') }}
),

provider as (
    select * from {{ ref('dim_provider') }}
),

part2_name as (
    select facility_words from {{ ref('int_facility__part2_name') }}
),

facility_setting as (
    select * from {{ ref('facility_type_setting') }}
),

diagnosis as (
    select
        code, is_mental_any, is_self_harm, is_sud, is_aud, is_oud, is_other_drug, is_overdose
    from {{ ref('int_code__classified') }}
),

hospital_event as (
    select * from {{ ref('int_hospital_event__from_alerts') }}
    union all
    select * from {{ ref('int_hospital_event__from_claims') }}
    union all
    select * from {{ ref('int_hospital_event__from_encounters') }}
),

placed_event as (
    select
        event.* exclude (
            facility_name, facility_type, stay_class, started_at, start_date, ended_at, end_date,
            last_seen_date, end_precision, is_mental_any, is_self_harm_any, is_sud_any,
            is_aud_any, is_oud_any, is_other_drug_any, is_overdose_any, is_part2
        ),
        coalesce(event.facility_name, provider.provider_name) as facility_name,
        coalesce(event.facility_type, provider.facility_type) as facility_type,
        event.stay_class as reported_class,
        event.is_part2
        or coalesce(provider.is_part2, part2_name.facility_words is not null) as is_part2,
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
        coalesce(event.is_mental_any, diagnosis.is_mental_any, false) as is_mental_any,
        coalesce(event.is_self_harm_any, diagnosis.is_self_harm, false) as is_self_harm_any,
        coalesce(event.is_sud_any, diagnosis.is_sud, false) as is_sud_any,
        coalesce(event.is_aud_any, diagnosis.is_aud, false) as is_aud_any,
        coalesce(event.is_oud_any, diagnosis.is_oud, false) as is_oud_any,
        coalesce(event.is_other_drug_any, diagnosis.is_other_drug, false) as is_other_drug_any,
        coalesce(event.is_overdose_any, diagnosis.is_overdose, false) as is_overdose_any
    from hospital_event as event
    cross join run
    left join provider on event.facility_id = provider.npi
    left join part2_name on {{ name_words('event.facility_name') }} = part2_name.facility_words
    left join diagnosis on event.principal_diagnosis_code = diagnosis.code
),

described_event as (
    select
        placed_event.* exclude (reported_class, is_psychiatric, is_detox),
        case
            when placed_event.event_kind = 'stay'
                then coalesce(facility_setting.stay_class, placed_event.reported_class)
            else placed_event.reported_class
        end as stay_class,
        case
            when facility_setting.setting is not null then facility_setting.setting
            when placed_event.is_psychiatric then 'psychiatric'
            when placed_event.is_detox then 'substance_use'
        end as reported_setting
    from placed_event
    left join facility_setting on placed_event.facility_type = facility_setting.facility_type
)

select * from described_event
