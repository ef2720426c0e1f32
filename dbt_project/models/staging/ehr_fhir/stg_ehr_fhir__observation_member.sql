with delivered_row as (
    {{ current_rows('ehr_fhir', 'Observation_member') }}
),

member as (
    select
        observation_id,
        last_updated,
        position,
        member_id,
        member_type,
        _batch_id,
        _source_row
    from delivered_row
)

select * from member
