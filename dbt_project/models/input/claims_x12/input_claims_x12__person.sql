{{ config(materialized='table') }}

with claim as (
    select claim.*, {{ x12_client_id('claim') }} as source_client_id
    from {{ ref('stg_claims_x12__claim') }} as claim
),

batch as (
    select batch_id, batch_rank, first_received_at from {{ ref('stg_caseload__batch_order') }}
),

claim_filing as (
    select * from {{ ref('claim_filing') }}
),

ranked_claim as (
    select
        claim.*,
        batch.first_received_at,
        row_number() over (
            partition by claim.source_client_id
            order by
                case when claim.patient_birth_date is null then 1 else 0 end,
                batch.batch_rank desc,
                claim._source_row desc
        ) as claim_rank,
        count(*) over (partition by claim.source_client_id) as claim_count
    from claim
    left join batch on claim._batch_id = batch.batch_id
),

-- the number on the card is the patient's own only where the patient is the subscriber
latest_claim as (
    select
        claim.*,
        case when not claim.has_patient_loop then claim_filing.identifier_type end
            as identifier_type
    from ranked_claim as claim
    left join claim_filing on claim.claim_filing_code = claim_filing.claim_filing_code
    where claim.claim_rank = 1
),

person as (
    select
        'claims_x12' as source,
        'claims_x12' as client_scope,
        source_client_id,
        'claims_x12:' || source_client_id as client_id,
        patient_first_name as first_name,
        patient_middle_name as middle_name,
        patient_last_name as last_name,
        patient_name_suffix as name_suffix,
        patient_birth_date as birth_date,
        case patient_sex when 'F' then 'female' when 'M' then 'male' else 'unknown' end as sex,
        patient_address as address,
        patient_city as city,
        patient_state as state,
        patient_zip_code as zip_code,
        case when identifier_type = 'medicaid' then subscriber_id end as medicaid_id,
        case when identifier_type = 'medicare' then subscriber_id end as medicare_id,
        {{ columns_not_in_claims() }},
        patient_death_date as death_date,
        patient_birth_date is not null as has_demographics,
        claim_count as medical_claim_count,
        0 as pharmacy_claim_count,
        first_received_at as received_at
    from latest_claim
)

select * from person
