with record as (
    {{ sender_record('claims_x12', 'remittance', client_scope="'claims_x12'") }}
),

matched_payment as (
    select _batch_id, _source_row from {{ ref('input_claims_x12__payment') }}
),

unmatched_record as (
    select
        record.*,
        record.patient_id as source_client_id
    from record
    left join matched_payment
        on
        record._batch_id = matched_payment._batch_id
        and record._source_row = matched_payment._source_row
    where matched_payment._batch_id is null
),

unmatched_payment as (
    select
        record.claim_id,
        {{ lineage_columns('record') }}
    from unmatched_record as record
)

select * from unmatched_payment
