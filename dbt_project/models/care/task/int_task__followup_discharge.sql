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

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
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
        retracted.part2_view,
        cast(null as bigint) as event_key,
        retracted.client_key,
        retracted.facility_id,
        retracted.facility_name,
        'unknown' as setting,
        retracted.task_type,
        retracted.discharged_at,
        {{ local_date('retracted.discharged_at', 'run.time_zone') }} as discharge_date,
        retracted.discharge_precision,
        retracted.discharge_disposition_code,
        true as has_adt,
        retracted.retracted_at as received_at,
        retracted.is_part2,
        retracted.evidence_table,
        retracted.evidence_key,
        retracted.retracted_at,
        retracted.retraction_type
    from {{ ref('int_task__retracted_discharge') }} as retracted
    cross join run
    where retracted.task_type is not null
),

-- several records may report one discharge of a client from a facility at one time
ranked_discharge as (
    select
        discharge.*,
        client.client_id,
        row_number() over (
            partition by
                discharge.part2_view, discharge.client_key, discharge.facility_id,
                discharge.discharged_at
            order by
                discharge.retracted_at is not null,
                discharge.is_part2,
                discharge.task_type desc,
                discharge.event_key,
                discharge.evidence_key
        ) as discharge_rank
    from discharge
    inner join {{ ref('dim_client') }} as client
        on discharge.client_key = client.client_key and client.is_agency_client
    inner join client_part2_view
        on discharge.client_key = client_part2_view.client_key
        and discharge.part2_view = client_part2_view.part2_view
),

followup_discharge as (
    select * from ranked_discharge
    where discharge_rank = 1
)

select * from followup_discharge
