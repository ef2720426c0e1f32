{{ config(materialized='view') }}

{# A view: a table would say again, millions of times, what fct_visit and the claims already say. #}
with claim_service as (
    select * from {{ ref('int_outpatient_service__from_claims') }}
),

visit as (
    select * from {{ ref('fct_visit') }}
),

code as (
    select * from {{ ref('int_claim_code__classified') }}
),

service_line_setting as (
    select * from {{ ref('service_line_setting') }}
),

coded_visit as (
    select
        visit.*,
        coalesce(taxonomy.setting_mask, 0) as taxonomy_mask,
        coalesce(place.setting_mask, 0) as place_mask,
        coalesce(procedure_setting.setting_mask, 0) as procedure_mask,
        coalesce(service_line_setting.is_follow_up_service, false) as is_follow_up_line,
        service_line_setting.is_mental_health_provider as is_mental_health_line,
        coalesce(service_line_setting.is_peer_support, false) as is_peer_line
    from visit
    left join code as taxonomy
        on taxonomy.code_type = 'taxonomy' and visit.provider_taxonomy_code = taxonomy.code
    left join code as place
        on
        place.code_type = 'place_of_service'
        and visit.place_of_service_code = place.code
    left join code as procedure_setting
        on
        procedure_setting.code_type = 'hcpcs'
        and visit.procedure_code = procedure_setting.code
    left join service_line_setting on visit.service_line = service_line_setting.service_line
),

-- the agency is a CCBHC: where no taxonomy is known, its place or service line says who provides
visit_service as (
    select
        visit_key as service_key,
        client_key,
        visit_date as service_date,
        'operational' as basis,
        not {{ has_setting('place_mask', 'no_follow_up_place') }}
        and (
            is_follow_up_line
            or {{ has_setting('procedure_mask', 'follow_up_service') }}
        ) as is_follow_up_setting,
        case
            when {{ has_setting('taxonomy_mask', 'mental_health_taxonomy') }} then true
            when {{ has_setting('taxonomy_mask', 'known_taxonomy') }} then false
            when {{ has_setting('place_mask', 'mental_health_place') }} then true
            else is_mental_health_line
        end as is_mental_health_provider,
        is_mental_principal,
        is_mental_dx_any as is_mental_any,
        false as is_self_harm_any,
        is_sud_dx_any as is_sud_any,
        false as is_overdose_any,
        {{ has_setting('place_mask', 'residential') }}
        or {{ has_setting('procedure_mask', 'residential') }} as is_residential,
        is_peer_line or {{ has_setting('procedure_mask', 'peer_support') }} as is_peer_support,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from coded_visit
),

outpatient_service as (
    select * from claim_service
    union all
    select * from visit_service
    where is_follow_up_setting or is_residential or is_peer_support
)

select * from outpatient_service
