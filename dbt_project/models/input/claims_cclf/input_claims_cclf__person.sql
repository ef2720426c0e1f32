{{ config(materialized='table') }}

with beneficiary as (
    select * from {{ ref('stg_claims_cclf__cclf8') }}
),

mbi_change as (
    select * from {{ ref('input_claims_cclf__mbi_change') }}
),

batch as (
    select batch_id, batch_rank, first_received_at from {{ ref('stg_caseload__batch_order') }}
),

claim_count as (
    select current_mbi, count(*) as claim_count
    from {{ ref('input_claims_cclf__claim_version') }}
    where is_final
    group by current_mbi
),

ranked_beneficiary as (
    select
        beneficiary.*,
        batch.first_received_at,
        coalesce(mbi_change.current_mbi, beneficiary.mbi) as current_mbi,
        row_number() over (
            partition by coalesce(mbi_change.current_mbi, beneficiary.mbi)
            order by
                case when mbi_change.current_mbi is null then 0 else 1 end,
                batch.batch_rank desc,
                beneficiary._source_row desc
        ) as beneficiary_rank
    from beneficiary
    left join mbi_change on beneficiary.mbi = mbi_change.former_mbi
    left join batch on beneficiary._batch_id = batch.batch_id
),

latest_beneficiary as (
    select * from ranked_beneficiary
    where beneficiary_rank = 1
),

-- a beneficiary may have claims and no row in CCLF8
person as (
    select
        'claims_cclf' as source,
        'claims_cclf' as client_scope,
        coalesce(latest.current_mbi, claim_count.current_mbi) as source_client_id,
        'claims_cclf:' || coalesce(latest.current_mbi, claim_count.current_mbi) as client_id,
        latest.first_name,
        latest.middle_name,
        latest.last_name,
        cast(null as {{ dbt.type_string() }}) as name_suffix,
        latest.birth_date,
        case latest.sex_code when '2' then 'female' when '1' then 'male' else 'unknown' end as sex,
        latest.address,
        latest.city,
        latest.state,
        latest.zip_code,
        cast(null as {{ dbt.type_string() }}) as medicaid_id,
        coalesce(latest.current_mbi, claim_count.current_mbi) as medicare_id,
        {{ columns_not_in_claims() }},
        latest.death_date,
        latest.birth_date is not null as has_demographics,
        coalesce(claim_count.claim_count, 0) as medical_claim_count,
        0 as pharmacy_claim_count,
        latest.first_received_at as received_at
    from latest_beneficiary as latest
    full outer join claim_count on latest.current_mbi = claim_count.current_mbi
)

select * from person
