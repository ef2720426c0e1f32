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
        record.claim_version_id as claim_id,
        record.dispensed_date as dispensing_date,
        record.ndc_code,
        record.days_supply,
        {{ lineage_columns('record') }}
    from identified_record as record
)

select * from pharmacy_claim
