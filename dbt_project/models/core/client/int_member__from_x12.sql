-- Whom the 837 are about, as the claim submitted last describes them.
with claim as (
    select claim.*, {{ x12_client_id('claim') }} as source_client_id
    from {{ ref('stg_claims_x12__claim') }} as claim
),

batch as (
    select batch_id, batch_rank from {{ ref('stg_caseload__batch_order') }}
),

claim_filing as (
    select * from {{ ref('claim_filing') }}
),

ranked_claim as (
    select
        claim.*,
        row_number() over (
            partition by claim.source_client_id
            order by
                case when claim.patient_birth_date is null then 1 else 0 end,
                batch.batch_rank desc,
                claim._source_row desc
        ) as recency,
        count(*) over (partition by claim.source_client_id) as claim_count
    from claim
    left join batch on claim._batch_id = batch.batch_id
),

-- the number on the card is the patient's own only where the patient is the subscriber
member as (
    select
        claim.source_client_id,
        case when not claim.has_patient_loop then claim_filing.identifier_type end
            as identifier_type,
        claim.subscriber_id as member_id,
        claim_filing.payer_type,
        claim.patient_first_name as first_name,
        claim.patient_middle_name as middle_name,
        claim.patient_last_name as last_name,
        claim.patient_name_suffix as name_suffix,
        claim.patient_birth_date as birth_date,
        case claim.patient_sex when 'F' then 'female' when 'M' then 'male' else 'unknown' end
            as gender,
        claim.patient_death_date as death_date,
        claim.patient_address as address,
        claim.patient_city as city,
        claim.patient_state as state,
        claim.patient_zip_code as zip_code,
        claim.claim_count
    from ranked_claim as claim
    left join claim_filing on claim.claim_filing_code = claim_filing.claim_filing_code
    where claim.recency = 1
)

select * from member
