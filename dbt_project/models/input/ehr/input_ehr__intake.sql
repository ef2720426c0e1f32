with record as (
    {{ sender_record('ehr', 'intake') }}
),

intake as (
    select
        record.intake_id,
        record.first_contact_at,
        record.channel,
        record.urgency,
        record.initial_evaluation_at,
        record.first_service_at,
        {{ lineage_columns('record') }}
    from record
)

select * from intake
