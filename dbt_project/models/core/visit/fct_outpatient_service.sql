{{ config(materialized='view') }}

{# A view: fct_visit and int_outpatient_service__from_claims already store these rows. #}
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

-- the agency is a CCBHC: without a known taxonomy, the place or the service line names the kind of
-- provider
coded_visit as (
    select
        visit.*,
        not coalesce(place.is_no_follow_up_place, false)
        and (
            coalesce(service_line_setting.is_follow_up_service, false)
            or coalesce(procedure_setting.is_follow_up_service, false)
        ) as is_follow_up_setting,
        case
            when taxonomy.is_mental_health_taxonomy then true
            when taxonomy.is_known_taxonomy then false
            when place.is_mental_health_place then true
            else service_line_setting.is_mental_health_provider
        end as is_mental_health_provider,
        coalesce(place.is_residential or procedure_setting.is_residential, false)
            as is_residential,
        coalesce(
            service_line_setting.is_peer_support or procedure_setting.is_peer_support, false
        ) as is_peer_support,
        not coalesce(place.is_no_follow_up_place, false)
        and coalesce(procedure_setting.is_substance_use_service, false) as is_sud_service,
        coalesce(procedure_setting.is_withdrawal_service, false) as is_withdrawal_service
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

visit_service as (
    select
        visit_key as service_key,
        client_key,
        visit_date as service_date,
        'operational' as basis,
        is_follow_up_setting,
        is_mental_health_provider,
        is_mental_principal,
        is_mental_dx_any as is_mental_any,
        false as is_self_harm_principal,
        false as is_self_harm_any,
        is_sud_dx_any as is_sud_any,
        is_aud_any,
        is_oud_any,
        is_other_drug_any,
        is_overdose_any,
        is_residential,
        is_peer_support,
        is_sud_service,
        is_withdrawal_service,
        false as is_emergency,
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
    where is_follow_up_setting or is_residential or is_peer_support or is_sud_service
)

select * from outpatient_service
