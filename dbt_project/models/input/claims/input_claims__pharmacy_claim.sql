with record as (
    {{ sender_record('claims', 'pharmacy_claim', client_scope='record.data_source') }}
),

pharmacy_claim as (
    select
        record.claim_id,
        record.dispensing_date,
        record.ndc_code,
        record.days_supply,
        {{ lineage_columns('record') }}
    from record
)

select * from pharmacy_claim
