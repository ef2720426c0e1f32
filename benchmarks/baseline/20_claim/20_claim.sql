-- 58 bits identify a claim, so that the version (frequency, reversal) fits into the same integer for grouping.
create macro claim_hash(data_source, payer, claim_id) as cast(hash(data_source, payer, claim_id) >> 6 as bigint);
-- Three bit masks in one integer, plus a bit for adjustments: settings 28 bits, diagnoses 16 and 16.
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
        map_extract_value(getvariable('taxonomy_masks'), taxonomy) as reported_taxonomy_mask,
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
            reported_taxonomy_mask,
            case when is_institutional then facility.taxonomy_mask
                else coalesce(clinician.taxonomy_mask, facility.taxonomy_mask) end,
            0
        )
        | coalesce(clinician.part2_mask, 0) | coalesce(facility.part2_mask, 0)
        | case when is_payable then setting_bit('payable') else 0 end
        | case when is_institutional then setting_bit('institutional') else 0 end as setting_mask,
        -- a visit counts by its code or its place of service, but never during a stay or emergency visit
        is_payable and not has(setting_mask, setting_bit('no_follow_up_place')) as may_be_visit,
        may_be_visit and has(setting_mask, setting_bit('follow_up_service') | setting_bit('follow_up_place')) as is_follow_up,
        may_be_visit and has(setting_mask, setting_bit('substance_use_service')) as is_substance_use_service,
        is_payable and has(setting_mask, setting_bit('opioid_medication')) as is_medication
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
            cast(setting_mask as bigint) | (cast(principal_mask as bigint) << 28)
            | (cast(diagnosis_mask as bigint) << 44) | (cast(is_adjusting as bigint) << 60)
        ) as masks,
        -- one bit per day of the claim with a possible follow-up, a substance-use service, a medication for substance use
        bit_or(case when is_follow_up then cast(1 as bigint) << service_day else 0 end) as follow_up_days_mask,
        bit_or(case when is_substance_use_service then cast(1 as bigint) << service_day else 0 end)
            as substance_use_days_mask,
        bit_or(case when is_medication then cast(1 as bigint) << service_day else 0 end) as medication_days_mask,
        sum(case when is_payable then paid_amount end) as paid_usd,
        min(_row) as first_row,
        max(_row) as last_row
    from coded
    group by version_key
)
select
    version.* exclude (person_hash, masks, version_key), client_key, version_key >> 5 as claim_hash,
    cast((version_key & 31) >> 1 as integer) as frequency, (version_key & 1) > 0 as is_reversal,
    cast(masks & 268435455 as integer) as setting_mask, cast((masks >> 28) & 65535 as integer) as principal_mask,
    cast((masks >> 44) & 65535 as integer) as diagnosis_mask, (masks >> 60) > 0 as is_adjusting,
    not has(setting_mask, setting_bit('payable')) as is_denied
from version
left join client_of_member using (person_hash);
