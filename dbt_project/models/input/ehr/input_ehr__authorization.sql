with record as (
    {{ sender_record('ehr', 'authorization') }}
),

payer_authorization as (
    select
        record.authorization_id,
        record.payer,
        record.service_line,
        record.start_date,
        record.end_date,
        record.units_approved,
        record.units_used,
        {{ lineage_columns('record') }}
    from record
)

select * from payer_authorization
