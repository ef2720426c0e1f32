with record as (
    {{ sender_record('screenings', 'response', client_source='ehr') }}
),

screening as (
    select
        record.response_id,
        record.instrument,
        record.administered_at,
        record.item_number,
        record.item_value,
        record.total_score,
        record.level,
        record.domain,
        record.is_positive,
        record.status,
        record.reviewed_at,
        true as has_review_column,
        record.program_id,
        {{ lineage_columns('record') }}
    from record
)

select * from screening
