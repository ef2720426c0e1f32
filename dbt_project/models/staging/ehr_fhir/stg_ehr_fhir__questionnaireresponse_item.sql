with delivered_row as (
    {{ current_rows('ehr_fhir', 'QuestionnaireResponse_item') }}
),

item as (
    select
        response_id,
        last_updated,
        position,
        link_id,
        code,
        definition,
        answer_number,
        answer_code,
        answer_code_system,
        answer_boolean,
        _batch_id,
        _source_row
    from delivered_row
)

select * from item
