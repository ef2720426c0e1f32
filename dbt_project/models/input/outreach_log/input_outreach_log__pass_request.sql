with record as (
    {{ sender_record('outreach_log', 'pass_request', client_source='ehr') }}
),

pass_request as (
    select
        record.task_key,
        record.staff_id,
        record.pass_to_staff_id,
        record.pass_reason,
        {{ lineage_columns('record') }}
    from record
)

select * from pass_request
