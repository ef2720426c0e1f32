-- rules/privacy.md#consent-status: a consent is named only where the row rests on it
with workbook_client as (
    select
        client.care_manager_id,
        client.client_id,
        client.client_name,
        client.birth_date,
        client.age_years,
        client.consent_status,
        client.tier,
        client.previous_tier,
        client.program_name,
        client.weeks_in_treatment,
        client.therapist_name,
        client.diagnosis_group,
        client.has_serious_mental_illness,
        client.housing_status,
        client.phone_2,
        client.phone_2_label,
        client.struck_phones,
        client.last_contact_channel,
        client.last_contact_staff_name,
        client.tries_14d,
        client.last_kept_visit_date,
        client.expected_interval_days,
        client.next_appointment_at,
        client.phq9_scores,
        client.cssrs_date,
        client.is_cssrs_current,
        client.is_item_9_current,
        client.safety_plan_date,
        client.last_consult_date,
        client.plan_review_date,
        client.authorization_end_date,
        client.coverage_end_date,
        client.open_task_count,
        client.open_tasks,
        client.is_case_review,
        client.baseline_score,
        client.baseline_date,
        client.review_red_from_date,
        client.list_status,
        client.paused_reason,
        client.snoozed_until_date,
        client.covering_for_staff_id,
        client.owner_away_until_date,
        client.suggested_staff_id,
        client.suggested_by,
        consent.consent_id,
        consent.purpose as consent_purpose,
        consent.last_date as consent_last_date,
        case when client.consent_status = 'consented' then {{ list_text('part2_notice') }} end
            as part2_notice
    from {{ ref('mart_workbook_client') }} as client
    left join {{ ref('mart_recipient_consent') }} as consent
        on case when client.consent_status = 'consented' then client.client_key end
        = consent.client_key
)

select * from workbook_client
