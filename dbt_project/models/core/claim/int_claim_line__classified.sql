{{ config(materialized='view') }}

{%- set bits = claim_setting_bits() %}
{#- the later ones are nearly always empty: int_claim__summed adds them where they are not #}
{%- set first_diagnoses = range(1, 5) %}
with
delivered_line as (
    select
        *,
        claim_type = 'institutional'
        or (claim_type = 'undetermined' and bill_type_code is not null) as is_institutional
    from {{ ref('int_claim_line__delivered') }}
),

-- hashed before the joins, so that they carry numbers and not text; an institutional line says
-- where by its type of bill and facility, any other by its place of service and clinician
claim_line as (
    select
        {{ row_hash(['data_source', 'payer', 'claim_id']) }} as claim_hash,
        case
            when original_claim_id <> claim_id
                then {{ row_hash(['data_source', 'payer', 'original_claim_id']) }}
        end as original_claim_hash,
        {{ row_hash(['data_source', 'source_client_id']) }} as person_hash,
        {{ claim_frequency('coalesce(claim_frequency_code, right(bill_type_code, 1))') }}
            as frequency,
        coalesce(claim_status, 'paid') = 'reversed' as is_reversal,
        coalesce(claim_status, 'paid') <> 'denied' as is_payable,
        original_claim_id is not null as has_original,
        is_institutional,
        claim_start_date,
        claim_end_date,
        least({{ last_claim_day() }}, greatest(0, {{ dbt.datediff(
            'claim_start_date', 'coalesce(claim_line_start_date, claim_start_date)', 'day'
        ) }})) as service_day,
        paid_date,
        paid_amount,
        revenue_center_code,
        case when is_institutional then left(bill_type_code, 2) end as bill_type_prefix,
        case
            when claim_type in ('professional', 'undetermined') and not is_institutional
                then place_of_service_code
        end as place_code,
        hcpcs_code,
        case
            when is_institutional then coalesce(facility_taxonomy_code, rendering_taxonomy_code)
            else coalesce(rendering_taxonomy_code, facility_taxonomy_code)
        end as taxonomy_code,
        case when not is_institutional then rendering_npi end as clinician_npi,
        coalesce(facility_npi, billing_npi) as facility_npi,
        {%- for n in first_diagnoses %}
        diagnosis_code_{{ n }},
        {%- endfor %}
        _batch_id,
        _source_row
    from delivered_line
),

-- not materialized: a join to the table itself costs half of a join to a copy of it
code as not materialized (
    select * from {{ ref('int_claim_code__classified') }}
),

-- what the agency's own list of providers knows of them
provider as not materialized (
    select
        provider.npi,
        max(coalesce(code.setting_mask, 0)) as taxonomy_mask,
        max(case when provider.is_part2 then {{ bits.part2_provider }} else 0 end) as part2_mask
    from {{ ref('dim_provider') }} as provider
    left join code on code.code_type = 'taxonomy' and provider.taxonomy_code = code.code
    where provider.is_part2 or code.code is not null
    group by provider.npi
),

diagnosis as not materialized (
    select code, {{ diagnosis_mask() }} as diagnosis_mask
    from {{ ref('int_code__classified') }}
),

coded_line as (
    select
        line.* exclude (
            revenue_center_code, bill_type_prefix, place_code, hcpcs_code, taxonomy_code,
            clinician_npi, facility_npi,
            {%- for n in first_diagnoses %} diagnosis_code_{{ n }}{{ ',' if not loop.last }}
            {%- endfor %}
        ),
        coalesce(diagnosis_1.diagnosis_mask, 0) as principal_mask,
        {% for n in first_diagnoses -%}
        coalesce(diagnosis_{{ n }}.diagnosis_mask, 0){{ ' | ' if not loop.last }}
        {%- endfor %} as diagnosis_mask,
        coalesce(revenue_center.setting_mask, 0)
        | coalesce(bill_type.setting_mask, 0)
        | coalesce(place.setting_mask, 0)
        | coalesce(hcpcs.setting_mask, 0)
        | coalesce(
            taxonomy.setting_mask,
            case when line.is_institutional then facility.taxonomy_mask
                else coalesce(clinician.taxonomy_mask, facility.taxonomy_mask)
            end,
            0
        )
        | coalesce(clinician.part2_mask, 0)
        | coalesce(facility.part2_mask, 0) as code_mask
    from claim_line as line
    {%- for name, column, code_type in [
        ('revenue_center', 'revenue_center_code', 'revenue_center'),
        ('bill_type', 'bill_type_prefix', 'bill_type'),
        ('place', 'place_code', 'place_of_service'),
        ('hcpcs', 'hcpcs_code', 'hcpcs'),
        ('taxonomy', 'taxonomy_code', 'taxonomy'),
    ] %}
left join code as {{ name }}
    on {{ name }}.code_type = '{{ code_type }}' and line.{{ column }} = {{ name }}.code
    {%- endfor %}
    left join provider as clinician on line.clinician_npi = clinician.npi
    left join provider as facility on line.facility_npi = facility.npi
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
