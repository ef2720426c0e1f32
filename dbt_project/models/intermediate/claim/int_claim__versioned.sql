{#
    Longer than the budget: the final-action rule is read in one piece, as payers write it.

    Only claims that were adjusted are worth the work: a replacement, a void, a reversal, whatever
    they point at, and whatever points at the same. All others stand alone and are final as they
    are (int_claim__final).
#}
with recursive
claim_line as not materialized (
    select
        {{ row_hash(['data_source', 'payer', 'claim_id']) }} as claim_hash,
        data_source,
        payer,
        claim_id,
        {{ row_hash(['data_source', 'payer', 'original_claim_id']) }} as original_claim_hash,
        original_claim_id,
        coalesce(claim_frequency_code, right(bill_type_code, 1), '1') as frequency_code,
        coalesce(claim_status, 'paid') as claim_status,
        paid_date,
        _batch_id
    from {{ ref('stg_claims__medical_claim') }}
),

batch as (
    select batch_id, batch_rank from {{ ref('stg_caseload__batch_order') }}
),

adjusting_claim as (
    select distinct
        claim_hash,
        case
            when original_claim_id is not null and original_claim_id <> claim_id
                then original_claim_hash
        end as original_claim_hash
    from claim_line
    where
        frequency_code in ('7', '8')
        or original_claim_id is not null
        or claim_status = 'reversed'
),

-- every claim that a claim replaces, directly or through others; the union ends also where
-- senders write a circle
ancestry as (
    select claim_hash, original_claim_hash as ancestor_hash
    from adjusting_claim
    where original_claim_hash is not null
    union
    select ancestry.claim_hash, adjusting_claim.original_claim_hash as ancestor_hash
    from ancestry
    inner join adjusting_claim on ancestry.ancestor_hash = adjusting_claim.claim_hash
    where adjusting_claim.original_claim_hash is not null
),

family_member as (
    select claim_hash, claim_hash as ancestor_hash from adjusting_claim
    union
    select claim_hash, ancestor_hash from ancestry
    union
    select ancestor_hash as claim_hash, ancestor_hash from ancestry
),

-- the first claim of a family has no original of its own; a circle has none such, and its least
-- member stands for it
family as (
    select
        family_member.claim_hash,
        count(*) - 1 as generation,
        coalesce(
            min(
                case when earlier.original_claim_hash is null
                        then family_member.ancestor_hash
                end
            ),
            min(family_member.ancestor_hash)
        ) as family_hash
    from family_member
    left join adjusting_claim as earlier
        on
        family_member.ancestor_hash = earlier.claim_hash
        and earlier.original_claim_hash is not null
    group by family_member.claim_hash
),

claim_version as (
    select
        family.family_hash,
        family.claim_hash,
        claim_line.frequency_code,
        claim_line.claim_status = 'reversed' as is_reversal,
        min(family.generation) as generation,
        min(claim_line.data_source) as data_source,
        min(claim_line.payer) as payer,
        min(claim_line.claim_id) as claim_id,
        min(claim_line.original_claim_id) as original_claim_id,
        max(claim_line.paid_date) as paid_date,
        min(case when claim_line.claim_status = 'denied' then 1 else 0 end) = 1 as is_denied,
        max(batch.batch_rank) as batch_rank
    from claim_line
    inner join family on claim_line.claim_hash = family.claim_hash
    left join batch on claim_line._batch_id = batch.batch_id
    group by
        family.family_hash, family.claim_hash, claim_line.frequency_code,
        claim_line.claim_status = 'reversed'
),

-- a void or replacement without a date comes after everything, an original without one before
-- everything; a claim that names its original is never older than it
effective_version as (
    select
        claim_version.*,
        case
            when is_reversal or frequency_code = '8' then 'void'
            when frequency_code = '7' then 'replacement'
            else 'original'
        end as action,
        coalesce(
            paid_date,
            case
                when is_reversal or frequency_code in ('7', '8') then cast('9999-12-31' as date)
                else cast('0001-01-01' as date)
            end
        ) as own_effective_date
    from claim_version
),

inherited_date as (
    select
        family_member.claim_hash,
        max(effective_version.own_effective_date) as effective_date
    from family_member
    inner join effective_version on family_member.ancestor_hash = effective_version.claim_hash
    where family_member.claim_hash <> family_member.ancestor_hash
    group by family_member.claim_hash
),

dated_version as (
    select
        effective_version.*,
        greatest(
            effective_version.own_effective_date,
            coalesce(inherited_date.effective_date, effective_version.own_effective_date)
        ) as effective_date
    from effective_version
    left join inherited_date on effective_version.claim_hash = inherited_date.claim_hash
),

-- a denied adjustment changes nothing; the latest of the others stands, a void before what it
-- voids
ranked_version as (
    select
        *,
        row_number() over (
            partition by family_hash
            order by
                is_denied, effective_date desc, generation desc,
                case action when 'void' then 3 when 'replacement' then 2 else 1 end desc,
                batch_rank desc, claim_id desc, frequency_code desc
        ) as recency,
        max(case when action = 'original' then 1 else 0 end) over (
            partition by family_hash
        ) = 0 as is_orphan_adjustment
    from dated_version
),

judged_version as (
    select
        family_hash, claim_hash, data_source, payer, claim_id, frequency_code, is_reversal,
        original_claim_id, action, is_denied, is_orphan_adjustment, generation, effective_date,
        first_value(coalesce(original_claim_id, claim_id)) over (
            partition by family_hash order by generation, claim_id, frequency_code, is_reversal
        ) as first_claim_id,
        recency = 1 and action <> 'void' as is_final
    from ranked_version
)

select * from judged_version
