with record as (
    {{ sender_record('ehr', 'treatment_plan') }}
),

treatment_plan as (
    select
        record.plan_id,
        record.program_id,
        record.start_date,
        record.next_review_date,
        record.signed_at,
        record.status,
        {{ lineage_columns('record') }}
    from record
)

select * from treatment_plan
