with
run as (
    select as_of from {{ ref('int_run__as_of') }}
),

ranked as (
    select * from {{ ref('int_list__ranked') }}
),

task as (
    select * from {{ ref('int_list__listed_task') }}
    where urgency = 1
),

sentence as (
    select * from {{ ref('int_list__sentence') }}
),

call as (
    select * from {{ ref('int_call__worded') }}
),

contact as (
    select client_key, attempts_14d from {{ ref('int_call__contact_log') }}
),

client as (
    select * from {{ ref('int_list__client') }}
),

reason as (
    select * from {{ ref('int_list__reason') }}
),

screening as (
    select * from {{ ref('int_list__screening') }}
),

engagement as (
    select * from {{ ref('int_engagement__by_part2_view') }}
),

outreach as (
    select
        ranked.client_key,
        ranked.care_manager_id,
        ranked.rank,
        ranked.is_spillover,
        client.client_id,
        client.client_name,
        client.birth_date,
        client.age_years,
        call.phone,
        client.ok_to_leave_message,
        client.ok_to_text,
        client.language,
        client.interpreter_needed,
        task.task_key,
        task.lane,
        task.lane_name,
        client.tier,
        client.risk_score,
        sentence.why_now as why_now_1,
        reason.first_reason as why_now_2,
        reason.second_reason as why_now_3,
        sentence.action_needed,
        task.due_at,
        task.overdue_hours,
        task.event_facility,
        task.event_setting,
        task.discharge_disposition,
        engagement.last_contact_at,
        engagement.last_contact_outcome,
        coalesce(contact.attempts_14d, 0) as attempts_14d,
        engagement.last_kept_visit_date,
        engagement.next_appointment_at,
        client.open_referral_count,
        cast(screening.phq9_first as integer) as phq9_first,
        cast(screening.phq9_latest as integer) as phq9_latest,
        cast(screening.phq9_latest - screening.phq9_first as integer) as phq9_change,
        screening.phq9_latest_date,
        screening.phq9_item9,
        screening.cssrs_level,
        client.safety_plan_on_file,
        client.barriers,
        client.part2_view,
        client.consent_status,
        run.as_of as data_as_of,
        ranked.worklist_group,
        call.contact_person,
        case when task.lane <= {{ risk_setting('max_lane_forcing_critical_tier') }}
                then call.urgent_contact_note
            else call.contact_note
        end as contact_note,
        client.covering_for_staff_id,
        sentence.next_step
    from ranked
    cross join run
    inner join task on ranked.client_key = task.client_key
    inner join sentence on task.task_key = sentence.task_key
    inner join client on ranked.client_key = client.client_key
    inner join call on ranked.client_key = call.client_key
    left join contact on ranked.client_key = contact.client_key
    left join reason on ranked.client_key = reason.client_key
    left join screening on ranked.client_key = screening.client_key
    left join engagement
        on client.client_key = engagement.client_key
        and client.part2_view = engagement.part2_view
)

select * from outreach
