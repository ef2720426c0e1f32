with beneficiary as (
    select * from {{ ref('input_claims_cclf__mbi_change') }}
),

record as (
    {{ sender_record('claims_cclf', 'cclf7', client_scope="'claims_cclf'") }}
),

identified_record as (
    select
        record.*,
        coalesce(beneficiary.current_mbi, record.mbi) as source_client_id
    from record
    left join beneficiary on record.mbi = beneficiary.former_mbi
),

pharmacy_claim as (
    select
        cast(null as {{ dbt.type_string() }}) as payer,
        record.claim_version_id as claim_id,
        -- versions of a fill have claim numbers of their own and share its prescription and fill
        {{ joined_parts([
            'source_client_id', 'dispensed_date', 'pharmacy_qualifier', 'pharmacy_id',
            'dispensing_status_code', 'prescription_number', 'fill_number',
        ]) }} as fill_id,
        record.effective_date as version_date,
        case record.adjustment_type_code when '01' then 1 when '02' then 2 else 0 end
            as version_rank,
        coalesce(record.adjustment_type_code = '01', false) as is_reversal,
        record.dispensed_date as dispensing_date,
        record.ndc_code,
        record.days_supply,
        {{ lineage_columns('record') }}
    from identified_record as record
)

select * from pharmacy_claim
