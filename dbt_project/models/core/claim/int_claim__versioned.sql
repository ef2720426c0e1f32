{#
    Only claims that were adjusted are worth the work: a replacement, a void, a reversal, whatever
    they point at, and whatever points at the same. All others stand alone and are final as they
    are (int_claim__final).
#}
with recursive
version as (
    select * from {{ ref('int_claim__summed') }}
),

adjusting_claim as (
    select distinct claim_hash, original_claim_hash
    from version
    where is_adjusting
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
            min(case when earlier.claim_hash is null then family_member.ancestor_hash end),
            min(family_member.ancestor_hash)
        ) as family_hash
    from family_member
    left join adjusting_claim as earlier
        on
        family_member.ancestor_hash = earlier.claim_hash
        and earlier.original_claim_hash is not null
    group by family_member.claim_hash
),

-- a void or replacement without a date comes after everything, an original without one before
-- everything; a claim that names its original is never older than it
effective_version as (
    select
        family.family_hash,
        family.generation,
        version.claim_hash,
        version.frequency,
        version.is_reversal,
        version.is_denied,
        version.evidence_row,
        case
            when version.is_reversal or version.frequency = 8 then 'void'
            when version.frequency = 7 then 'replacement'
            else 'original'
        end as action,
        coalesce(
            version.paid_date,
            case
                when version.is_reversal or version.frequency in (7, 8)
                    then cast('9999-12-31' as date)
                else cast('0001-01-01' as date)
            end
        ) as own_effective_date
    from version
    inner join family on version.claim_hash = family.claim_hash
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

-- a denied adjustment changes nothing; the latest of the others stands, a void before what it voids
-- and, where all claims of a circle inherit one date, the latest by its own
ranked_version as (
    select
        *,
        row_number() over (
            partition by family_hash
            order by
                is_denied, effective_date desc, generation desc,
                case action when 'void' then 3 when 'replacement' then 2 else 1 end desc,
                own_effective_date desc, evidence_row desc, frequency desc
        ) as recency,
        max(case when frequency in (7, 8) then 0 else 1 end) over (
            partition by family_hash
        ) = 0 as is_orphan_adjustment
    from dated_version
),

-- what stood until something later replaced it; a void stands for nothing, a denied version never
-- stood. An open end is null, and so is a beginning that nobody knows
evaluated_version as (
    select
        family_hash,
        claim_hash,
        frequency,
        is_reversal,
        action,
        is_denied,
        is_orphan_adjustment,
        generation,
        effective_date,
        case
            when not is_denied and action <> 'void'
                then nullif(effective_date, cast('0001-01-01' as date))
        end as valid_from,
        case
            when not is_denied and action <> 'void'
                then lag(effective_date) over (
                        partition by family_hash, is_denied order by recency
                    )
        end as valid_to,
        recency = 1 and action <> 'void' as is_final
    from ranked_version
)

select * from evaluated_version
