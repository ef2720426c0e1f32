{#
    Missed appointments that the record no longer shows as missed: rescheduled later, or
    corrected. Only rows that a later delivery replaced are read, so this is the one place of
    the rooms of care where raw rows are read directly.
#}
with run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

superseded as (
    select _batch_id, _source_row, current_batch_id, current_source_row
    from {{ ref('stg_ehr__superseded') }}
    where table_name = 'appointment'
),

batch as (
    select batch_id, first_received_at from {{ ref('stg_caseload__batch_order') }}
),

matched as (
    select source_client_id, client_key
    from {{ ref('int_client__matched') }}
    where source = 'ehr'
),

missed_version as (
    select
        earlier.appointment_id,
        earlier.client_id as source_client_id,
        earlier.scheduled_at,
        earlier.service_line,
        earlier._batch_id || ':' || cast(earlier._source_row as {{ dbt.type_string() }})
            as evidence_key,
        row_number() over (
            partition by earlier.appointment_id, earlier.scheduled_at
            order by earlier._batch_id, earlier._source_row
        ) as occurrence,
        superseded.current_batch_id
    from {{ source('ehr', 'appointment') }} as earlier
    inner join superseded
        on earlier._batch_id = superseded._batch_id
        and earlier._source_row = superseded._source_row
    where earlier.status in ('no_show', 'late_cancel')
),

withdrawn as (
    select
        coalesce(standing.client_key, matched.client_key) as client_key,
        version.appointment_id,
        standing.appointment_key,
        version.scheduled_at,
        {{ local_date('version.scheduled_at', 'run.time_zone') }} as scheduled_date,
        version.service_line,
        batch.first_received_at as corrected_at,
        standing.status,
        standing.status_at,
        coalesce(standing.is_part2, true) as is_part2,
        version.evidence_key
    from missed_version as version
    cross join run
    left join {{ ref('fct_appointment') }} as standing
        on version.appointment_id = standing.appointment_id
    left join matched on version.source_client_id = matched.source_client_id
    left join batch on version.current_batch_id = batch.batch_id
    where version.occurrence = 1
        and (
            standing.appointment_id is null
            or standing.status not in ('no_show', 'late_cancel')
            or standing.scheduled_at <> version.scheduled_at
        )
)

select * from withdrawn
