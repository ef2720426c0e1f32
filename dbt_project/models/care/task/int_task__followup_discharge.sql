with run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

local_day as (
    select calendar_date, ends_at from {{ ref('int_task__day') }}
),

claims_notice as (
    select cast(value as integer) as notice_days
    from {{ ref('task_setting') }}
    where name = 'claims_notice_days'
),

provider as (
    select npi, bool_or(is_part2) as is_part2 from {{ ref('dim_provider') }}
    group by npi
),

{{ followup_eligible_discharge() }},

discharge as (
    select
        followup_eligible_discharge.*,
        cast(null as timestamp with time zone) as retracted_at,
        cast(null as {{ dbt.type_string() }}) as retraction_type
    from followup_eligible_discharge
    cross join claims_notice
    left join local_day
        on followup_eligible_discharge.discharge_date + claims_notice.notice_days
        = local_day.calendar_date
    where followup_eligible_discharge.has_adt
        or followup_eligible_discharge.received_at <= local_day.ends_at
    union all
    select
        cast(null as bigint) as event_key,
        withdrawn.client_key,
        withdrawn.facility_id,
        withdrawn.facility_name,
        'unknown' as setting,
        withdrawn.task_type,
        withdrawn.discharged_at,
        {{ local_date('withdrawn.discharged_at', 'run.time_zone') }} as discharge_date,
        withdrawn.discharge_precision,
        withdrawn.discharge_disposition_code,
        true as has_adt,
        withdrawn.retracted_at as received_at,
        coalesce(provider.is_part2, false) as is_part2,
        withdrawn.evidence_table,
        withdrawn.evidence_key,
        withdrawn.retracted_at,
        withdrawn.retraction_type
    from {{ ref('int_task__retracted_discharge') }} as withdrawn
    cross join run
    left join provider on withdrawn.facility_id = provider.npi
    where withdrawn.task_type is not null
),

-- one discharge of a client from a facility at a moment, however many messages tell of it
numbered_discharge as (
    select
        discharge.*,
        client.client_id,
        row_number() over (
            partition by discharge.client_key, discharge.facility_id, discharge.discharged_at
            order by
                discharge.retracted_at is not null,
                discharge.is_part2,
                discharge.task_type desc,
                discharge.event_key,
                discharge.evidence_key
        ) as occurrence
    from discharge
    inner join {{ ref('dim_client') }} as client
        on discharge.client_key = client.client_key and client.is_agency_client
),

opened as (
    select * from numbered_discharge
    where occurrence = 1
)

select * from opened
