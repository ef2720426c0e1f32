with workbook_client as (
    select
        care_manager_id,
        client_id,
        client_name,
        birth_date,
        age_years,
        consent_status,
        tier,
        previous_tier,
        program_name,
        weeks_in_treatment,
        therapist_name,
        diagnosis_group,
        has_serious_mental_illness,
        housing_status,
        phone_2,
        phone_2_label,
        last_contact_channel,
        last_contact_staff_name,
        tries_14d,
        last_kept_visit_date,
        expected_interval_days,
        next_appointment_at,
        phq9_scores,
        cssrs_date,
        is_cssrs_current,
        is_item_9_current,
        safety_plan_date,
        last_consult_date,
        plan_review_date,
        authorization_end_date,
        coverage_end_date,
        open_task_count,
        open_tasks,
        is_case_review,
        case when consent_status = 'consented' then {{ list_text('part2_notice') }} end
            as part2_notice
    from {{ ref('mart_workbook_client') }}
)

select * from workbook_client
