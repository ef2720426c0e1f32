{{ config(materialized='view') }}

{%- set bits = claim_setting_bits() %}
{#- the later ones are nearly always empty: int_claim__final adds them where they are not #}
{%- set first_diagnoses = range(1, 5) %}
with
delivered_line as (
    select
        *,
        claim_type = 'institutional'
        or (claim_type = 'undetermined' and bill_type_code is not null) as is_institutional,
        claim_type = 'professional'
        or (claim_type = 'undetermined' and bill_type_code is null) as is_professional
    from {{ ref('stg_claims__medical_claim') }}
),

-- an institutional line says where by its type of bill and facility, a professional one by its
-- place of service and clinician
claim_line as (
    select
        *,
        case
            when is_institutional then left(bill_type_code, 2)
            when is_professional then place_of_service_code
        end as place_code,
        case when is_institutional then 'bill_type' else 'place_of_service' end
            as place_code_type,
        case
            when is_institutional then coalesce(facility_taxonomy_code, rendering_taxonomy_code)
            else coalesce(rendering_taxonomy_code, facility_taxonomy_code)
        end as taxonomy_code,
        case
            when coalesce(facility_taxonomy_code, rendering_taxonomy_code) is not null then null
            when is_institutional then coalesce(facility_npi, billing_npi)
            else coalesce(rendering_npi, billing_npi)
        end as untold_npi
    from delivered_line
),

code as (
    select * from {{ ref('int_claim_code__classified') }}
),

provider_taxonomy as (
    select provider.npi, code.setting_mask
    from {{ ref('dim_provider') }} as provider
    inner join code on code.code_type = 'taxonomy' and provider.taxonomy_code = code.code
),

part2_provider as (
    select distinct npi from {{ ref('dim_provider') }}
    where is_part2
),

diagnosis as (
    select code, {{ diagnosis_mask() }} as diagnosis_mask
    from {{ ref('int_code__classified') }}
),

coded_line as (
    select
        {{ row_hash(['line.data_source', 'line.payer', 'line.claim_id']) }} as claim_hash,
        {{ row_hash(['line.data_source', 'line.source_client_id']) }} as person_hash,
        coalesce(line.claim_frequency_code, right(line.bill_type_code, 1), '1')
            as frequency_code,
        coalesce(line.claim_status, 'paid') = 'reversed' as is_reversal,
        coalesce(line.claim_status, 'paid') <> 'denied' as is_payable,
        line.is_institutional,
        line.claim_start_date,
        line.claim_end_date,
        coalesce(line.claim_line_start_date, line.claim_start_date) as service_date,
        line.paid_amount,
        line._batch_id,
        line._source_row,
        coalesce(diagnosis_1.diagnosis_mask, 0) as principal_mask,
        {% for n in first_diagnoses -%}
        coalesce(diagnosis_{{ n }}.diagnosis_mask, 0){{ ' | ' if not loop.last }}
        {%- endfor %} as diagnosis_mask,
        coalesce(revenue_center.setting_mask, 0)
        | coalesce(place.setting_mask, 0)
        | coalesce(hcpcs.setting_mask, 0)
        | coalesce(taxonomy.setting_mask, provider_taxonomy.setting_mask, 0)
        | case
            when coalesce(part2_clinician.npi, part2_facility.npi) is null then 0
            else {{ bits.part2_provider }}
        end as code_mask
    from claim_line as line
    left join code as revenue_center
        on
        revenue_center.code_type = 'revenue_center'
        and line.revenue_center_code = revenue_center.code
    left join code as place
        on line.place_code_type = place.code_type and line.place_code = place.code
    left join code as hcpcs
        on hcpcs.code_type = 'hcpcs' and line.hcpcs_code = hcpcs.code
    left join code as taxonomy
        on taxonomy.code_type = 'taxonomy' and line.taxonomy_code = taxonomy.code
    left join provider_taxonomy on line.untold_npi = provider_taxonomy.npi
    left join part2_provider as part2_clinician on line.rendering_npi = part2_clinician.npi
    left join part2_provider as part2_facility
        on coalesce(line.facility_npi, line.billing_npi) = part2_facility.npi
    {%- for n in first_diagnoses %}
    left join diagnosis as diagnosis_{{ n }}
        on line.diagnosis_code_{{ n }} = diagnosis_{{ n }}.code
    {%- endfor %}
),

-- a visit counts by its code, or by its place, but never in a hospital bed or emergency room
classified_line as (
    select
        * exclude (code_mask),
        code_mask
        | case when is_payable then {{ bits.payable }} else 0 end
        | case when is_institutional then {{ bits.institutional }} else 0 end
        | case
            when
                not {{ has_setting('code_mask', 'no_follow_up_place') }}
                and (
                    {{ has_setting('code_mask', 'follow_up_service') }}
                    or {{ has_setting('code_mask', 'follow_up_place') }}
                )
                then {{ bits.follow_up }}
            else 0
        end as setting_mask
    from coded_line
)

select * from classified_line
