{%- set bits = claim_setting_bits() %}
with
taxonomy_seed as (
    select * from {{ ref('provider_taxonomy') }}
),

-- taxonomies are named by prefix, so the few distinct ones that occur are matched, not the lines
delivered_taxonomy as (
    select rendering_taxonomy_code as code from {{ ref('int_claim_line__delivered') }}
    union
    select facility_taxonomy_code as code from {{ ref('int_claim_line__delivered') }}
    union
    select provider_taxonomy_code as code from {{ ref('stg_ehr__visit') }}
    union
    select provider_taxonomy_code as code from {{ ref('stg_ehr_fhir__encounter') }}
    union
    select taxonomy_code as code from {{ ref('dim_provider') }}
),

named_code as (
    select 'revenue_center' as code_type, revenue_center_code as code, setting
    from {{ ref('claim_revenue_center') }}
    union all
    select 'bill_type' as code_type, bill_type_prefix as code, setting
    from {{ ref('claim_bill_type') }}
    union all
    select 'place_of_service' as code_type, place_of_service_code as code, setting
    from {{ ref('claim_place_of_service') }}
    union all
    select 'hcpcs' as code_type, hcpcs_code as code, setting
    from {{ ref('claim_hcpcs') }}
    union all
    select 'taxonomy' as code_type, delivered_taxonomy.code, taxonomy_seed.setting
    from delivered_taxonomy
    inner join taxonomy_seed
        on
        left(delivered_taxonomy.code, length(taxonomy_seed.taxonomy_prefix))
        = taxonomy_seed.taxonomy_prefix
    union all
    select 'taxonomy' as code_type, code, 'known_taxonomy' as setting
    from delivered_taxonomy
    where code is not null
),

classified_code as (
    select
        code_type,
        code,
        cast(
            bit_or(
                case setting
                    {%- for name, bit in bits.items() %}
                    when '{{ name }}' then {{ bit }}
                    {%- endfor %}
                end
            ) as integer
        ) as setting_mask
    from named_code
    group by code_type, code
)

select * from classified_code
