-- rules/identity.md#unmatched-discharges: an unmatched discharge is a missed 24-hour call, so it
-- goes to a worklist
with run as (
    select * from {{ ref('int_run__as_of') }}
),

{{ followup_eligible_discharge() }},

setting as (
    select cast(value as integer) as open_days
    from {{ ref('task_setting') }}
    where name = 'unmatched_open_days'
),

task_type as (
    select * from {{ ref('task_type') }}
    where lane = 1
),

local_day as (
    select calendar_date, ends_at from {{ ref('int_task__day') }}
),

alert as (
    select * from {{ ref('int_alert__described') }}
),

ranked_candidate as (
    select
        source,
        source_scope,
        source_client_id,
        client_id as candidate_client_id,
        reason_code,
        match_probability,
        count(*) over (partition by source, source_scope, source_client_id) as candidate_count,
        row_number() over (
            partition by source, source_scope, source_client_id
            order by match_probability desc nulls last, client_id, reason_code
        ) as preference
    from {{ ref('int_identity__reviewed') }}
),

candidate as (
    select * from ranked_candidate
    where preference = 1
),

discharge_without_client as (
    select discharge.*
    from followup_eligible_discharge as discharge
    cross join run
    cross join setting
    where discharge.client_key is null
        and discharge.part2_view = 'full'
        and discharge.has_adt
        and discharge.discharge_date >= run.as_of_date - setting.open_days
),

-- due as lane 1 is: 24 elapsed hours; without a time, the end of the next day
unmatched_discharge as (
    select
        discharge.event_key as unmatched_discharge_key,
        cast(null as bigint) as client_key,
        discharge.facility_id,
        discharge.facility_name,
        discharge.setting,
        discharge.task_type,
        alert.event_id,
        alert.visit_number,
        alert.client_source as source,
        alert.client_scope as source_scope,
        alert.source_client_id,
        discharge.discharged_at,
        discharge.discharge_precision,
        case when discharge.discharge_precision = 'date' then next_day.ends_at
            else discharge.discharged_at + task_type.due_hours * interval '1 hour'
        end as due_at,
        candidate.candidate_client_id,
        candidate.match_probability as candidate_probability,
        candidate.reason_code as candidate_reason_code,
        coalesce(candidate.candidate_count, 0) as candidate_count,
        discharge.is_part2,
        discharge.received_at,
        discharge.evidence_table,
        discharge.evidence_key
    from discharge_without_client as discharge
    inner join task_type on discharge.task_type = task_type.task_type
    left join local_day as next_day
        on discharge.discharge_date + task_type.due_days = next_day.calendar_date
    left join alert
        on discharge.evidence_table = alert.evidence_table
        and discharge.evidence_key = alert.evidence_key
    left join candidate
        on alert.client_source = candidate.source
        and alert.client_scope = candidate.source_scope
        and alert.source_client_id = candidate.source_client_id
)

select * from unmatched_discharge
