-- Final claims. Every code is looked up in a small map: the Parquet scan passes dictionaries to DuckDB, so a lookup runs once
-- per distinct code and row group, not once per line. A line is five integers when it is grouped.

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
        -- the state's list replaces the default list
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
    -- a disorder in remission is not an active episode
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

-- Provider attributes from the agency's provider list; other providers have none.
create temp table provider_mask as
select
    npi,
    max(coalesce(mask, 0)) as taxonomy_mask,
    max(case when is_part2 then setting_bit('part2_provider') else 0 end) as part2_mask
from dim_provider
left join code_setting on code_type = 'taxonomy' and taxonomy_code = code
where is_part2 or code is not null
group by npi;

-- Dispensed codes of medications for substance use: by the list of labeler and product, by the agency's own list, or by
-- orders of the same code.
create temp table listed_drug as
with dispensed as (select distinct ndc_code, upper(replace(trim(ndc_code), '-', '')) as code from raw_claims_pharmacy_claim),
ordered as (
    select upper(replace(trim(code), '-', '')) as code
    from raw_ehr_medication
    where code_system = 'ndc' and medication_class <> 'other'
    group by all
    having min(medication_class) = 'moud' and max(medication_class) = 'moud'
)
select ndc_code
from dispensed
where code in (from ordered)
    or code in (select replace(code, '-', '') from valuesets_code where value_set = 'moud' and code_system = 'ndc')
    or exists (
        from seed_listed_drug as listed
        where list_name = 'sud_medication' and code_system = 'ndc' and counts_when_dispensed
            and starts_with(dispensed.code, listed.code)
    );
