{{ config(materialized='table') }}

-- Part A versions are claim headers; Part B versions are the lines with one claim number together.
with institutional_claim as (
    select * from {{ ref('stg_claims_cclf__cclf1') }}
),

professional_line as (
    select * from {{ ref('stg_claims_cclf__cclf5') }}
),

beneficiary as (
    select * from {{ ref('input_claims_cclf__mbi_change') }}
),

delivered_version as (
    select
        'A' as part,
        claim_version_id,
        mbi,
        provider_ccn || '|' || cast(claim_start_date as {{ dbt.type_string() }})
        || '|' || cast(claim_end_date as {{ dbt.type_string() }}) as natural_key,
        adjustment_type_code,
        effective_date,
        coalesce(paid_amount, 0) as paid_amount
    from institutional_claim
    union all
    select
        'B' as part,
        claim_version_id,
        min(mbi) as mbi,
        coalesce(min(claim_control_number), claim_version_id) as natural_key,
        max(adjustment_type_code) as adjustment_type_code,
        max(effective_date) as effective_date,
        sum(coalesce(paid_amount, 0)) as paid_amount
    from professional_line
    group by claim_version_id
),

resolved_version as (
    select
        version.*,
        coalesce(beneficiary.current_mbi, version.mbi) as current_mbi,
        version.adjustment_type_code = '01' as is_cancellation
    from delivered_version as version
    left join beneficiary on version.mbi = beneficiary.former_mbi
),

-- a version without an effective date comes before all others
ordered_version as (
    select
        *,
        coalesce(effective_date, cast('0001-01-01' as date)) as known_date,
        lpad(claim_version_id, 13, '0') as version_number
    from resolved_version
),

-- rules/encounters-and-claims.md#cclf: the latest version is final, also if denied. A cancellation
-- repeats the amount that it takes back, mostly without a minus sign
ranked_version as (
    select
        *,
        part || ':' || current_mbi || '|' || natural_key as claim_id,
        lead(known_date) over (
            partition by part, current_mbi, natural_key order by known_date, version_number
        ) as next_date,
        row_number() over (
            partition by part, current_mbi, natural_key
            order by known_date desc, version_number desc
        ) as version_rank,
        sum(case when is_cancellation then -abs(paid_amount) else paid_amount end) over (
            partition by part, current_mbi, natural_key
        ) as net_paid_amount
    from ordered_version
),

-- a version is valid until a later one replaces it; a cancellation is never valid
evaluated_version as (
    select
        part,
        claim_version_id,
        claim_id,
        current_mbi,
        effective_date,
        is_cancellation,
        case adjustment_type_code
            when '01' then 'void'
            when '02' then 'replacement'
            else 'original'
        end as action,
        net_paid_amount,
        case when not is_cancellation then effective_date end as valid_from,
        case when not is_cancellation then next_date end as valid_to,
        version_rank = 1 and not is_cancellation as is_final
    from ranked_version
)

select * from evaluated_version
