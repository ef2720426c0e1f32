with
taxonomy_seed as (
    select * from {{ ref('provider_taxonomy') }}
),

-- the seed lists taxonomies by prefix: the few distinct codes are matched, not the claim lines
reported_taxonomy as (
    select rendering_taxonomy_code as code from {{ ref('input_claim_line') }}
    union
    select facility_taxonomy_code as code from {{ ref('input_claim_line') }}
    union
    select provider_taxonomy_code as code from {{ ref('fct_visit') }}
    union
    select taxonomy_code as code from {{ ref('dim_provider') }}
),

code_setting as (
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
    select 'taxonomy' as code_type, reported_taxonomy.code, taxonomy_seed.setting
    from reported_taxonomy
    inner join taxonomy_seed
        on
        left(reported_taxonomy.code, length(taxonomy_seed.taxonomy_prefix))
        = taxonomy_seed.taxonomy_prefix
    union all
    select 'taxonomy' as code_type, code, 'known_taxonomy' as setting
    from reported_taxonomy
    where code is not null
),

classified_code as (
    select
        code_type,
        code,
    {%- for setting in claim_settings() %}
    bool_or(setting = '{{ setting }}') as is_{{ setting }}{{ ',' if not loop.last }}
    {%- endfor %}
    from code_setting
    group by code_type, code
)

select * from classified_code
