with record as (
    {{ sender_record('claims', 'pharmacy_claim', client_scope='record.data_source') }}
),

marked_record as (
    select
        *,
        coalesce(claim_status = 'reversed', false) or coalesce(days_supply < 0, false)
            as is_reversal
    from record
),

pharmacy_claim as (
    select
        record.payer,
        record.claim_id,
        case
            when record.is_reversal then coalesce(record.original_claim_id, record.claim_id)
            else record.claim_id
        end
        || ':' || cast(record.claim_line_number as {{ dbt.type_string() }}) as fill_id,
        cast(null as date) as version_date,
        case when record.is_reversal then 1 else 0 end as version_rank,
        record.is_reversal,
        record.dispensing_date,
        record.ndc_code,
        record.days_supply,
        {{ lineage_columns('record') }}
    from marked_record as record
)

select * from pharmacy_claim
