with delivered_row as (
    {{ current_rows('ehr_fhir', 'Task') }}
),

task as (
    select
        id as task_id,
        last_updated,
        part2_label,
        status,
        status_reason_code,
        business_status_code,
        intent,
        code,
        reason_code,
        reason_code_system,
        referral_id,
        coalesce(patient_id, patient_identifier) as source_client_id,
        authored_at,
        authored_at_precision,
        last_modified_at,
        last_modified_at_precision,
        start_at as started_at,
        start_at_precision as started_at_precision,
        end_at as ended_at,
        end_at_precision as ended_at_precision,
        end_written,
        owner_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from task
