with delivered_row as (
    {{ current_rows('ehr_fhir', 'QuestionnaireResponse') }}
),

response as (
    select
        id as response_id,
        last_updated,
        part2_label,
        program_id,
        status,
        questionnaire,
        coalesce(patient_id, patient_identifier) as source_client_id,
        encounter_id,
        authored_at,
        authored_at_precision,
        author_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from response
