with
client as (
    select * from {{ ref('int_list__client') }}
),

record as (
    select client_key, housing_status from {{ ref('dim_client') }}
),

care as (
    select * from {{ ref('int_caseload__care') }}
),

diagnosis as (
    select * from {{ ref('int_caseload__diagnosis') }}
),

shown_date as (
    select * from {{ ref('int_caseload__date') }}
),

screening as (
    select * from {{ ref('int_caseload__screening') }}
),

contact as (
    select * from {{ ref('int_caseload__contact') }}
),

engagement as (
    select * from {{ ref('int_engagement__by_part2_view') }}
),

tiered as (
    select client_key, part2_view, previous_tier from {{ ref('int_risk__tiered') }}
),

open_task as (
    select
        client_key,
        cast(count(*) as integer) as open_task_count,
        {{ listed_texts('lane_name') }} as open_tasks,
        bool_or(task_type = 'case_review') as is_case_review
    from {{ ref('int_list__task') }}
    group by client_key
),

number as (
    select * from {{ ref('int_call__other_number') }}
),

review as (
    select * from {{ ref('int_caseload__review') }}
),

contact_log as (
    select client_key, try_count from {{ ref('int_call__contact_log') }}
),

owner as (
    select client_key, owner_away_until_date, suggested_staff_id, suggested_by
    from {{ ref('int_list__owner') }}
),

account as (
    select client_key, list_status, paused_reason, snoozed_until_date
    from {{ ref('int_list__account') }}
),

workbook_client as (
    select
        client.client_key,
        client.care_manager_id,
        client.client_id,
        client.client_name,
        client.birth_date,
        client.age_years,
        client.consent_status,
        client.tier,
        tiered.previous_tier,
        care.program_name,
        care.weeks_in_treatment,
        care.therapist_name,
        diagnosis.diagnosis_group,
        diagnosis.has_serious_mental_illness,
        record.housing_status,
        number.phone_2,
        number.phone_2_label,
        number.struck_phones,
        contact.last_contact_channel,
        contact.last_contact_staff_name,
        coalesce(contact_log.try_count, 0) as tries_14d,
        engagement.last_kept_visit_date,
        engagement.expected_interval_days,
        engagement.next_appointment_at,
        screening.phq9_scores,
        screening.cssrs_date,
        coalesce(screening.is_cssrs_current, false) as is_cssrs_current,
        coalesce(screening.is_item_9_current, false) as is_item_9_current,
        shown_date.safety_plan_date,
        shown_date.last_consult_date,
        shown_date.plan_review_date,
        shown_date.authorization_end_date,
        shown_date.coverage_end_date,
        coalesce(open_task.open_task_count, 0) as open_task_count,
        open_task.open_tasks,
        coalesce(open_task.is_case_review, false) as is_case_review,
        review.baseline_score,
        review.baseline_date,
        review.red_from_date as review_red_from_date,
        account.list_status,
        account.paused_reason,
        account.snoozed_until_date,
        client.covering_for_staff_id,
        owner.owner_away_until_date,
        owner.suggested_staff_id,
        owner.suggested_by
    from client
    inner join record on client.client_key = record.client_key
    inner join owner on client.client_key = owner.client_key
    inner join account on client.client_key = account.client_key
    left join number on client.client_key = number.client_key
    left join review on client.client_key = review.client_key
    left join contact_log on client.client_key = contact_log.client_key
    inner join care on client.client_key = care.client_key
    inner join diagnosis on client.client_key = diagnosis.client_key
    inner join tiered
        on client.client_key = tiered.client_key
        and client.part2_view = tiered.part2_view
    left join engagement
        on client.client_key = engagement.client_key
        and client.part2_view = engagement.part2_view
    left join contact on client.client_key = contact.client_key
    left join screening on client.client_key = screening.client_key
    left join shown_date on client.client_key = shown_date.client_key
    left join open_task on client.client_key = open_task.client_key
)

select * from workbook_client
