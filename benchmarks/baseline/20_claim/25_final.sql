-- Only adjusted claims need this logic; all others are final.
create temp table adjusted_version as
with recursive adjusting as (
    select distinct claim_hash, original_hash
    from (from claim_version where is_adjusting) as version
    left join (
        select distinct
            claim_hash(data_source, payer, claim_id) as claim_hash,
            claim_hash(data_source, payer, original_claim_id) as original_hash
        from claims_medical_claim
        where original_claim_id <> claim_id
    ) as line using (claim_hash)
),
ancestry as (
    select claim_hash, original_hash as ancestor_hash from adjusting where original_hash is not null
    union
    select ancestry.claim_hash, adjusting.original_hash
    from ancestry inner join adjusting on ancestry.ancestor_hash = adjusting.claim_hash
    where adjusting.original_hash is not null
),
family_member as (
    select claim_hash, claim_hash as ancestor_hash from adjusting
    union select claim_hash, ancestor_hash from ancestry
    union select ancestor_hash, ancestor_hash from ancestry
),
-- the first claim of a chain has no original; a cycle is represented by its smallest member
family as (
    select
        member.claim_hash,
        count(*) - 1 as generation,
        coalesce(min(ancestor_hash) filter (where earlier.claim_hash is null), min(ancestor_hash)) as family_hash
    from family_member as member
    left join adjusting as earlier on member.ancestor_hash = earlier.claim_hash and earlier.original_hash is not null
    group by member.claim_hash
),
-- a void or replacement without a date sorts last, an original without a date first
effective as (
    select
        family_hash, generation, version.claim_hash, frequency, is_reversal, is_denied, last_row,
        case when is_reversal or frequency = 8 then 3 when frequency = 7 then 2 else 1 end as action,
        coalesce(paid_date, case when action > 1 then date '9999-12-31' else date '0001-01-01' end) as own_date
    from claim_version as version
    inner join family using (claim_hash)
),
inherited as (
    select member.claim_hash, max(own_date) as inherited_date
    from family_member as member
    inner join effective on member.ancestor_hash = effective.claim_hash
    where member.claim_hash <> member.ancestor_hash
    group by member.claim_hash
)
select
    claim_hash, frequency, is_reversal, family_hash,
    row_number() over (
        partition by family_hash
        order by
            is_denied, greatest(own_date, coalesce(inherited_date, own_date)) desc, generation desc, action desc,
            last_row desc, frequency desc
    ) = 1 and action <> 3 as is_final
from effective
left join inherited using (claim_hash);

create temp table claim_final as
select
    hash(coalesce(family_hash, claim_hash), case when frequency = 7 then 1 else frequency end) >> 4 as claim_key,
    client_key, frequency, start_date, end_date, setting_mask, principal_mask, diagnosis_mask,
    follow_up_days_mask, substance_use_days_mask, medication_days_mask, paid_usd, first_row // 10000000000 as first_rank,
    last_row, is_denied,
    has(setting_mask, setting_bit('institutional')) as is_institutional,
    -- inpatient bill type, or an inpatient revenue code without a bill type; ancillary bills do not count
    is_institutional
    and not has(setting_mask, setting_bit('ancillary_bill'))
    and case
        when has(setting_mask, setting_bit('inpatient_bill'))
            then has(setting_mask, setting_bit('accommodation')) or not has(setting_mask, setting_bit('nonacute'))
        else has(setting_mask, setting_bit('accommodation')) and not has(setting_mask, setting_bit('nonacute'))
    end as is_acute_inpatient
from claim_version
left join adjusted_version as adjusted using (claim_hash, frequency, is_reversal)
where coalesce(adjusted.is_final, true);
-- a denied or replaced claim is evidence of a Part 2 program too
create temp table part2_claimant as
select distinct client_key from claim_version where has(setting_mask, setting_bit('part2_provider'));
drop table claim_version;
-- result for comparison with the pipeline's final claims, which are not stored either
create table claim_result as select count(*) as claims, sum(paid_usd) as paid_usd from claim_final;
