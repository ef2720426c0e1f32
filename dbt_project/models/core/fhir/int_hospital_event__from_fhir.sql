{{ config(materialized='view') }}

with run as (
    select as_of from {{ ref('int_run__as_of') }}
),

encounter as (
    select encounter.*, client.client_key
    from {{ ref('input_ehr_fhir__encounter') }} as encounter
    cross join run
    left join {{ ref('int_client__matched') }} as client
        on encounter.client_source = client.source
        and encounter.client_scope = client.source_scope
        and encounter.source_client_id = client.source_client_id
    where encounter.event_kind in ('stay', 'emergency')
        and {{ happened_by_as_of('encounter.started_at') }}
),

disposition as (
    select told, meaning as discharge_disposition_code from {{ ref('fhir_code') }}
    where kind = 'discharge_disposition'
),

hospital_event as (
    select
        encounter.event_kind,
        'ehr_fhir' as sender,
        {{ surrogate_key(["'ehr_fhir'", 'encounter.encounter_id']) }} as event_id,
        encounter.client_key,
        coalesce(encounter.organization_id, encounter.location_id) as facility_id,
        encounter.organization_name as facility_name,
        cast(null as {{ dbt.type_string() }}) as facility_type,
        encounter.stay_class,
        encounter.started_at,
        cast(null as date) as start_date,
        -- over, and nobody knows since when: no discharge to call about
        coalesce(
            encounter.ended_at, case when encounter.is_over then encounter.started_at end
        ) as ended_at,
        cast(null as date) as end_date,
        cast(null as date) as last_seen_date,
        case when encounter.ended_at is null then 'unknown' else encounter.ended_at_precision end
            as end_precision,
        coalesce(
            disposition.discharge_disposition_code,
            case when length(encounter.discharge_disposition_code) = 2
                    then encounter.discharge_disposition_code
            end
        ) as discharge_disposition_code,
        encounter.principal_diagnosis_code,
        cast(null as integer) as principal_mask,
        cast(null as integer) as diagnosis_mask,
        0 as setting_mask,
        coalesce(encounter.admit_source_code = 'emd', false) as came_through_ed,
        false as is_hospice,
        coalesce(disposition.discharge_disposition_code = '20', false) as has_died,
        false as is_discharge_cancelled,
        cast(null as timestamp with time zone) as cancelled_discharge_at,
        cast(null as decimal(18, 4)) as paid_usd,
        encounter.received_at as known_at,
        encounter.evidence_table,
        encounter.evidence_key
    from encounter
    left join disposition on encounter.discharge_disposition_code = disposition.told
)

select * from hospital_event
