with record as (
    {{ sender_record('outreach_log', 'contact', client_source='ehr') }}
),

contact as (
    select
        record.contact_id,
        record.task_key,
        record.staff_id,
        record.contacted_at,
        record.contacted_precision,
        record.channel,
        record.outcome,
        record.is_two_way,
        record.appointment_id,
        record.next_follow_up_date,
        record.minutes,
        record.instructions_reviewed,
        record.medications_reconciled,
        {{ lineage_columns('record') }}
    from record
)

select * from contact
