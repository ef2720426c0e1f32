-- Medicare's beneficiaries under the MBI that stands, as CCLF8 describes it; others are known by
-- their claims alone.
with beneficiary as (
    select * from {{ ref('stg_claims_cclf__cclf8') }}
),

resolved_beneficiary as (
    select * from {{ ref('input_claims_cclf__mbi_change') }}
),

batch as (
    select batch_id, batch_rank from {{ ref('stg_caseload__batch_order') }}
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
        coalesce(resolved_beneficiary.current_mbi, beneficiary.mbi) as current_mbi,
        row_number() over (
            partition by coalesce(resolved_beneficiary.current_mbi, beneficiary.mbi)
            order by
                case when resolved_beneficiary.current_mbi is null then 0 else 1 end,
                batch.batch_rank desc,
                beneficiary._source_row desc
        ) as recency
    from beneficiary
    left join resolved_beneficiary on beneficiary.mbi = resolved_beneficiary.former_mbi
    left join batch on beneficiary._batch_id = batch.batch_id
),

described_member as (
    select * from ranked_beneficiary
    where recency = 1
),

member as (
    select
        coalesce(described_member.current_mbi, claim_count.current_mbi) as source_client_id,
        'medicare' as identifier_type,
        coalesce(described_member.current_mbi, claim_count.current_mbi) as member_id,
        'medicare' as payer_type,
        described_member.first_name,
        described_member.middle_name,
        described_member.last_name,
        cast(null as {{ dbt.type_string() }}) as name_suffix,
        described_member.birth_date,
        case described_member.sex_code when '2' then 'female' when '1' then 'male' else 'unknown'
        end as gender,
        described_member.death_date,
        described_member.address,
        described_member.city,
        described_member.state,
        described_member.zip_code,
        coalesce(claim_count.claim_count, 0) as claim_count
    from described_member
    full outer join claim_count on described_member.current_mbi = claim_count.current_mbi
)

select * from member
