with delivered_row as (
    {{ current_rows('ehr_fhir', 'Observation') }}
),

observation as (
    select
        id as observation_id,
        last_updated,
        part2_label,
        program_id,
        status,
        category_code,
        code,
        code_system,
        coalesce(patient_id, patient_identifier) as source_client_id,
        encounter_id,
        effective_at,
        effective_at_precision,
        issued_at,
        issued_at_precision,
        start_written,
        end_written,
        issued_written,
        value_number,
        value_integer,
        coalesce(has_value, false) as has_value,
        value_code,
        value_code_system,
        value_boolean,
        absent_reason_code,
        interpretation_code,
        response_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from observation
