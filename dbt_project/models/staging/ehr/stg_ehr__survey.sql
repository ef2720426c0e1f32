with delivered_row as (
    {{ current_rows('ehr', 'survey') }}
),

survey as (
    select
        survey_id,
        instrument,
        program_id,
        survey_date,
        domain,
        n_respondents,
        n_positive,
        _batch_id,
        _source_row
    from delivered_row
)

select * from survey
