{#
    Only adjusted claims: replacements, voids, reversals, the claims that they name, and the others that name the same claim.
    Every other claim is final (int_claim__final).
#}
with recursive
version as (
    select * from {{ ref('int_claim__summed') }}
),

adjusting_claim as (
    select distinct claim_id_key, original_claim_id_key
    from version
    where is_adjusting
),

-- every claim that a claim replaces, directly or through others; the union also ends where the
-- original claim ids form a circle
ancestry as (
    select claim_id_key, original_claim_id_key as ancestor_key
    from adjusting_claim
    where original_claim_id_key is not null
    union
    select ancestry.claim_id_key, adjusting_claim.original_claim_id_key as ancestor_key
    from ancestry
    inner join adjusting_claim on ancestry.ancestor_key = adjusting_claim.claim_id_key
    where adjusting_claim.original_claim_id_key is not null
),

family_member as (
    select claim_id_key, claim_id_key as ancestor_key from adjusting_claim
    union
    select claim_id_key, ancestor_key from ancestry
    union
    select ancestor_key as claim_id_key, ancestor_key from ancestry
),

-- the first claim of a family names no original; a circle has no first claim, and its smallest key
-- identifies it
family as (
    select
        family_member.claim_id_key,
        count(*) - 1 as generation,
        coalesce(
            min(case when earlier.claim_id_key is null then family_member.ancestor_key end),
            min(family_member.ancestor_key)
        ) as family_key
    from family_member
    left join adjusting_claim as earlier
        on
        family_member.ancestor_key = earlier.claim_id_key
        and earlier.original_claim_id_key is not null
    group by family_member.claim_id_key
),

-- a void or replacement without a date takes effect after all dated versions, an original without
-- one before them; a claim never takes effect before the claims that it replaces
effective_version as (
    select
        family.family_key,
        family.generation,
        version.claim_id_key,
        version.frequency,
        version.is_reversal,
        version.is_denied,
        version.last_batch_rank,
        version.last_source_row,
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
    inner join family on version.claim_id_key = family.claim_id_key
),

inherited_date as (
    select
        family_member.claim_id_key,
        max(effective_version.own_effective_date) as effective_date
    from family_member
    inner join effective_version on family_member.ancestor_key = effective_version.claim_id_key
    where family_member.claim_id_key <> family_member.ancestor_key
    group by family_member.claim_id_key
),

dated_version as (
    select
        effective_version.*,
        greatest(
            effective_version.own_effective_date,
            coalesce(inherited_date.effective_date, effective_version.own_effective_date)
        ) as effective_date
    from effective_version
    left join inherited_date on effective_version.claim_id_key = inherited_date.claim_id_key
),

-- a denied adjustment changes nothing; the latest other version is final. On one date a void ranks
-- before the version that it voids; in a circle, where all inherit one date, the own date decides
ranked_version as (
    select
        *,
        row_number() over (
            partition by family_key
            order by
                is_denied, effective_date desc, generation desc,
                case action when 'void' then 3 when 'replacement' then 2 else 1 end desc,
                own_effective_date desc, last_batch_rank desc, last_source_row desc, frequency desc
        ) as version_rank,
        max(case when frequency in (7, 8) then 0 else 1 end) over (
            partition by family_key
        ) = 0 as is_orphan_adjustment
    from dated_version
),

-- a version is valid until a later one replaces it; voids and denied versions are never valid. An
-- open end and an unknown beginning are null
evaluated_version as (
    select
        family_key,
        claim_id_key,
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
                        partition by family_key, is_denied order by version_rank
                    )
        end as valid_to,
        version_rank = 1 and action <> 'void' as is_final
    from ranked_version
)

select * from evaluated_version
