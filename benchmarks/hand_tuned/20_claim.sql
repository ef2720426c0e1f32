-- Final claims. Every code is looked up in a small map: the Parquet scan hands DuckDB dictionaries, so a lookup runs once
-- per distinct code and row group, not once per line. A line is five numbers when it meets the one grouping.

create temp table diagnosis_code as
with delivered as (
    select diagnosis_code_1 as code from raw_claims_medical_claim
    union select diagnosis_code_2 from raw_claims_medical_claim
    union select diagnosis_code_3 from raw_claims_medical_claim
    union select diagnosis_code_4 from raw_claims_medical_claim
    union select diagnosis_code_5 from raw_claims_medical_claim
    union select diagnosis_code_6 from raw_claims_medical_claim
    union select diagnosis_code_7 from raw_claims_medical_claim
    union select diagnosis_code_1 from raw_ehr_visit
    union select diagnosis_code_2 from raw_ehr_visit
    union select diagnosis_code_3 from raw_ehr_visit
    union select diagnosis_code_4 from raw_ehr_visit
    union select code from raw_ehr_diagnosis
    union select diagnosis_code from raw_adt_event
),
collected as (
    select distinct icd_code(code) as code, regexp_matches(icd_code(code), '^[A-Z][0-9]') as is_icd
    from delivered where icd_code(code) is not null
),
translated as (
    select code, code as icd10cm_code from collected where is_icd
    union all
    select code, icd10cm_code from collected inner join seed_terminology_map using (code) where not is_icd
),
grouped as (
    select translated.code, list(distinct group_name) as groups
    from translated
    left join seed_icd10_code_group as code_group
        on case match_kind
            when 'prefix' then starts_with(icd10cm_code, pattern) else regexp_matches(icd10cm_code, pattern)
        end
        and not (is_initial_encounter_only and substr(icd10cm_code, 7, 1) in ('D', 'S'))
    group by translated.code
),
severe as (
    select distinct translated.code
    from translated
    inner join seed_smi_definition as definition
        on definition.is_included and starts_with(icd10cm_code, code_prefix)
        -- the state's own list replaces the default one
        and definition.state = case
            when getvariable('state') in (select state from seed_smi_definition) then getvariable('state') else 'default'
        end
)
select
    code,
    cast(list_sum([
        case when list_contains(groups, name) or name = 'is_known' then diagnosis_bit(name) else 0 end
        for name in getvariable('diagnoses') if name not in ('is_sud', 'is_smi')
    ]) as integer)
    -- a disorder in remission is no active episode
    | case when list_contains(groups, 'is_sud') and not list_contains(groups, 'is_sud_remission')
        then diagnosis_bit('is_sud') else 0 end
    | case when severe.code is not null then diagnosis_bit('is_smi') else 0 end as diagnosis_mask
from grouped
left join severe using (code);

create temp table code_setting as
with delivered_taxonomy as (
    select upper_code(rendering_taxonomy_code) as code from raw_claims_medical_claim
    union select upper_code(facility_taxonomy_code) from raw_claims_medical_claim
    union select upper_code(provider_taxonomy_code) from raw_ehr_visit
    union select taxonomy_code from dim_provider
),
named as (
    select 'revenue_center' as code_type, revenue_center_code as code, setting from seed_claim_revenue_center
    union all select 'bill_type', bill_type_prefix, setting from seed_claim_bill_type
    union all select 'place_of_service', place_of_service_code, setting from seed_claim_place_of_service
    union all select 'hcpcs', hcpcs_code, setting from seed_claim_hcpcs
    union all
    select 'taxonomy', code, setting
    from delivered_taxonomy inner join seed_provider_taxonomy on starts_with(code, taxonomy_prefix)
    union all select 'taxonomy', code, 'known_taxonomy' from delivered_taxonomy where code is not null
)
select code_type, code, bit_or(setting_bit(setting)) as mask from named group by code_type, code;

set variable diagnosis_masks = (select map(list(code), list(diagnosis_mask)) from diagnosis_code);
set variable revenue_masks = (select map(list(code), list(mask)) from code_setting where code_type = 'revenue_center');
set variable bill_masks = (select map(list(code), list(mask)) from code_setting where code_type = 'bill_type');
set variable place_masks = (select map(list(code), list(mask)) from code_setting where code_type = 'place_of_service');
set variable hcpcs_masks = (select map(list(code), list(mask)) from code_setting where code_type = 'hcpcs');
set variable taxonomy_masks = (select map(list(code), list(mask)) from code_setting where code_type = 'taxonomy');
create macro diagnosis_mask(code) as coalesce(map_extract_value(getvariable('diagnosis_masks'), icd_code(code)), 0);
create macro mask_of(masks, code) as coalesce(map_extract_value(getvariable(masks), code), 0);

-- What the agency's own list of providers knows of them; the others need no row.
create temp table provider_mask as
select
    npi,
    max(coalesce(mask, 0)) as taxonomy_mask,
    max(case when is_part2 then setting_bit('part2_provider') else 0 end) as part2_mask
from dim_provider
left join code_setting on code_type = 'taxonomy' and taxonomy_code = code
where is_part2 or code is not null
group by npi;

-- 58 bits name a claim, so that the version (frequency, reversal) fits beside it into the one number to group by.
create macro claim_hash(data_source, payer, claim_id) as cast(hash(data_source, payer, claim_id) >> 6 as bigint);
-- Three masks in one number, and whether the claim adjusts another: settings 27 bits, diagnoses 9 and 9.
create temp table claim_version as
with line as (
    select
        _row,
        claim_hash(data_source, payer, claim_id) as claim_hash,
        hash(data_source, person_id) as person_hash,
        claim_type = 'institutional' or (claim_type = 'undetermined' and bill_type_code is not null) as is_institutional,
        case
            when length(trim(bill_type_code)) = 4 and left(trim(bill_type_code), 1) = '0' then substr(trim(bill_type_code), 2)
            else nullif(trim(bill_type_code), '')
        end as bill_type,
        coalesce(claim_frequency_code, right(bill_type, 1)) as frequency_code,
        cast(case
            when frequency_code between '0' and '9' then cast(left(frequency_code, 1) as tinyint)
            when frequency_code is null then 1
            else 9
        end as tinyint) as frequency,
        coalesce(claim_status = 'reversed', false) as is_reversal,
        coalesce(claim_status <> 'denied', true) as is_payable,
        is_reversal or frequency in (7, 8) or original_claim_id is not null as is_adjusting,
        claim_start_date, claim_end_date, paid_date, paid_amount,
        cast(least(62, greatest(0, coalesce(claim_line_start_date, claim_start_date) - claim_start_date)) as bigint)
            as service_day,
        mask_of('revenue_masks', padded_code(revenue_center_code, 4))
        | mask_of('hcpcs_masks', upper_code(hcpcs_code))
        | case
            when is_institutional then mask_of('bill_masks', left(bill_type, 2))
            when claim_type in ('professional', 'undetermined')
                then mask_of('place_masks', padded_code(place_of_service_code, 2))
            else 0
        end as place_mask,
        case
            when is_institutional then coalesce(upper_code(facility_taxonomy_code), upper_code(rendering_taxonomy_code))
            else coalesce(upper_code(rendering_taxonomy_code), upper_code(facility_taxonomy_code))
        end as taxonomy,
        map_extract_value(getvariable('taxonomy_masks'), taxonomy) as told_taxonomy_mask,
        case when not is_institutional then rendering_npi end as clinician_npi,
        coalesce(facility_npi, billing_npi) as place_npi,
        diagnosis_mask(diagnosis_code_1) as principal_mask,
        principal_mask | diagnosis_mask(diagnosis_code_2) | diagnosis_mask(diagnosis_code_3) | diagnosis_mask(diagnosis_code_4)
        | diagnosis_mask(diagnosis_code_5) | diagnosis_mask(diagnosis_code_6) | diagnosis_mask(diagnosis_code_7)
            as diagnosis_mask
    from claims_medical_claim
),
coded as (
    select
        line.*,
        place_mask
        | coalesce(
            told_taxonomy_mask,
            case when is_institutional then facility.taxonomy_mask
                else coalesce(clinician.taxonomy_mask, facility.taxonomy_mask) end,
            0
        )
        | coalesce(clinician.part2_mask, 0) | coalesce(facility.part2_mask, 0)
        | case when is_payable then setting_bit('payable') else 0 end
        | case when is_institutional then setting_bit('institutional') else 0 end as setting_mask,
        -- a visit counts by its code, or by its place, but never in a hospital bed or emergency room
        is_payable
        and not has(setting_mask, setting_bit('no_follow_up_place'))
        and has(setting_mask, setting_bit('follow_up_service') | setting_bit('follow_up_place')) as is_follow_up
    from line
    left join provider_mask as clinician on line.clinician_npi = clinician.npi
    left join provider_mask as facility on line.place_npi = facility.npi
),
version as (
    select
        claim_hash * 32 + frequency * 2 + cast(is_reversal as integer) as version_key,
        min(person_hash) as person_hash,
        min(claim_start_date) as start_date,
        max(claim_end_date) as end_date,
        max(paid_date) as paid_date,
        bit_or(
            cast(setting_mask as bigint) | (cast(principal_mask as bigint) << 27)
            | (cast(diagnosis_mask as bigint) << 36) | (cast(is_adjusting as bigint) << 45)
        ) as masks,
        -- one bit for each day of the claim on which something may count as follow-up
        bit_or(case when is_follow_up then cast(1 as bigint) << service_day else 0 end) as follow_up_days_mask,
        sum(case when is_payable then paid_amount end) as paid_usd,
        min(_row) as first_row,
        max(_row) as last_row
    from coded
    group by version_key
)
select
    version.* exclude (person_hash, masks, version_key), client_key, version_key >> 5 as claim_hash,
    cast((version_key & 31) >> 1 as integer) as frequency, (version_key & 1) > 0 as is_reversal,
    cast(masks & 134217727 as integer) as setting_mask, cast((masks >> 27) & 511 as integer) as principal_mask,
    cast((masks >> 36) & 511 as integer) as diagnosis_mask, (masks >> 45) > 0 as is_adjusting,
    not has(setting_mask, setting_bit('payable')) as is_denied
from version
left join client_of_member using (person_hash);

-- Only adjusted claims are worth the work: the rest is final as it is.
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
-- the first claim of a family has no original; of a circle the least member stands for it
family as (
    select
        member.claim_hash,
        count(*) - 1 as generation,
        coalesce(min(ancestor_hash) filter (where earlier.claim_hash is null), min(ancestor_hash)) as family_hash
    from family_member as member
    left join adjusting as earlier on member.ancestor_hash = earlier.claim_hash and earlier.original_hash is not null
    group by member.claim_hash
),
-- a void or replacement without a date comes after everything, an original without one before everything
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
    follow_up_days_mask, paid_usd, first_row // 10000000000 as first_rank, last_row, is_denied,
    has(setting_mask, setting_bit('institutional')) as is_institutional,
    -- inpatient bill, or a bed where no bill type says otherwise; ancillary bills are none
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
drop table claim_version;
-- what is compared with the pipeline's final claims, whose rows are not stored either
create table claim_result as select count(*) as claims, sum(paid_usd) as paid_usd from claim_final;

-- Claims that tell of a bed or an emergency room; the line last delivered tells what stands on every line.
create temp table hospital_claim as
with final as (
    select
        *,
        has(setting_mask, setting_bit('nonacute') | setting_bit('residential')) as is_in_facility,
        case
            when is_institutional
                then has(setting_mask, setting_bit('emergency')) and not is_acute_inpatient
                and not has(setting_mask, setting_bit('inpatient_bill'))
            else has(setting_mask, setting_bit('emergency_place'))
        end as is_emergency,
        is_institutional and not is_acute_inpatient and has(setting_mask, setting_bit('observation')) as is_observation,
        not is_institutional
        and has(setting_mask, setting_bit('psychiatric_place') | setting_bit('detox_place')) as is_clinician_of_inpatient
    from claim_final
    where not is_denied
)
select
    final.* exclude (last_row, follow_up_days_mask, is_denied),
    admission_date, discharge_date,
    padded_code(line.discharge_disposition_code, 2) as discharge_disposition_code,
    coalesce(facility_npi, case when is_institutional then billing_npi end) as facility_id,
    icd_code(diagnosis_code_1) as principal_diagnosis_code
from final
inner join raw_claims_medical_claim as line on final.last_row = line._row
where is_acute_inpatient or is_emergency or is_observation or is_in_facility or is_clinician_of_inpatient;
