with delivered_row as (
    {{ current_rows('ehr_fhir', 'CarePlan') }}
),

plan as (
    select
        id as plan_id,
        last_updated,
        part2_label,
        program_id,
        status,
        intent,
        category_code,
        category_code_system,
        coalesce(patient_id, patient_identifier) as source_client_id,
        start_at as started_at,
        start_at_precision as started_at_precision,
        end_at as ended_at,
        end_at_precision as ended_at_precision,
        created_at,
        created_at_precision,
        _batch_id,
        _source_row
    from delivered_row
)

select * from plan
