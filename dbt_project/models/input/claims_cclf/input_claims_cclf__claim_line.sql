{{ config(materialized='table') }}
{#
    Longer than the budget: two files with the columns of one entity. Only lines of final versions, all as originals:
    Medicare's versions are resolved in input_claims_cclf__claim_version. A payment is for the whole claim, so the first
    line carries it. CCLF has no taxonomies and no admission or discharge dates.
#}
with final_version as (
    select * from {{ ref('input_claims_cclf__claim_version') }}
    where is_final
),

denial as (
    select * from {{ ref('cclf_denial') }}
),

institutional_claim as (
    select claim.*, version.claim_id, version.current_mbi, version.net_paid_amount
    from {{ ref('stg_claims_cclf__cclf1') }} as claim
    inner join final_version as version
        on version.part = 'A' and claim.claim_version_id = version.claim_version_id
),

institutional_line as (
    select * from {{ ref('stg_claims_cclf__cclf2') }}
),

diagnosis as (
    select * from {{ ref('input_claims_cclf__claim_diagnosis') }}
),

professional_line as (
    select line.*, version.claim_id, version.current_mbi, version.net_paid_amount
    from {{ ref('stg_claims_cclf__cclf5') }} as line
    inner join final_version as version
        on version.part = 'B' and line.claim_version_id = version.claim_version_id
),

-- a claim header without lines counts as one line
delivered_line as (
    select
        claim.claim_id,
        coalesce(line.claim_line_number, 1) as claim_line_number,
        'institutional' as claim_type,
        claim.current_mbi as source_client_id,
        claim.mbi as member_id,
        claim.claim_start_date,
        claim.claim_end_date,
        line.line_start_date as claim_line_start_date,
        line.line_end_date as claim_line_end_date,
        claim.admit_source_code,
        claim.admit_type_code,
        claim.discharge_disposition_code,
        {{ no_text('place_of_service_code') }},
        claim.facility_type_code || claim.facility_class_code
        || coalesce(claim.claim_frequency_code, '1') as bill_type_code,
        claim.drg_code,
        line.revenue_center_code,
        line.service_unit_quantity,
        line.hcpcs_code,
        {%- for n in range(1, 5) %}
        line.hcpcs_modifier_{{ n }},
        {%- endfor %}
        coalesce(claim.billed_attending_npi, claim.attending_npi) as rendering_npi,
        claim.billing_npi,
        claim.facility_npi,
        claim.effective_date as paid_date,
        claim.net_paid_amount,
        claim.charge_amount,
        case when claim.icd_version_code = '9' then 'icd-9-cm' else 'icd-10-cm' end
            as diagnosis_code_type,
        {%- for n in range(1, 26) %}
        diagnosis.diagnosis_code_{{ n }},
        {%- endfor %}
        case when claim.claim_frequency_code in ('2', '3', '4') then claim.claim_frequency_code
            else '1'
        end as claim_frequency_code,
        case when denial.code is not null then 'denied' else 'paid' end as claim_status,
        case when line._batch_id is not null then 'cclf2' else 'cclf1' end as source_table,
        coalesce(line._batch_id, claim._batch_id) as _batch_id,
        coalesce(line._source_row, claim._source_row) as _source_row
    from institutional_claim as claim
    left join institutional_line as line on claim.claim_version_id = line.claim_version_id
    left join diagnosis on claim.claim_version_id = diagnosis.claim_version_id
    left join denial
        on
        denial.column_name = 'nonpayment_reason_code'
        and claim.nonpayment_reason_code = denial.code
    union all
    select
        line.claim_id,
        line.claim_line_number,
        'professional' as claim_type,
        line.current_mbi as source_client_id,
        line.mbi as member_id,
        line.claim_start_date,
        line.claim_end_date,
        line.line_start_date as claim_line_start_date,
        line.line_end_date as claim_line_end_date,
        {{ no_text('admit_source_code', 'admit_type_code', 'discharge_disposition_code') }},
        line.place_of_service_code,
        {{ no_text('bill_type_code', 'drg_code', 'revenue_center_code') }},
        line.service_unit_quantity,
        line.hcpcs_code,
        {%- for n in range(1, 5) %}
        line.hcpcs_modifier_{{ n }},
        {%- endfor %}
        coalesce(line.billed_rendering_npi, line.rendering_npi) as rendering_npi,
        {{ no_text('billing_npi', 'facility_npi') }},
        line.effective_date as paid_date,
        line.net_paid_amount,
        line.allowed_amount as charge_amount,
        case when line.icd_version_code = '9' then 'icd-9-cm' else 'icd-10-cm' end
            as diagnosis_code_type,
        coalesce(line.diagnosis_code_1, line.line_diagnosis_code) as diagnosis_code_1,
        {%- for n in range(2, 26) %}
        {{ 'line.diagnosis_code_' ~ n if n <= 12 else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
            as diagnosis_code_{{ n }},
        {%- endfor %}
        '1' as claim_frequency_code,
        case when denial.code is not null then 'denied' else 'paid' end as claim_status,
        'cclf5' as source_table,
        line._batch_id,
        line._source_row
    from professional_line as line
    left join denial
        on
        denial.column_name = 'payment_denial_code'
        and line.payment_denial_code = denial.code
),

batch as (
    select * from {{ ref('stg_caseload__batch_order') }}
),

claim_line as (
    select
        line.* exclude (net_paid_amount),
        'claims_cclf' as payer,
        case
            when row_number() over (
                    partition by line.claim_id
                    order by
                        line.claim_status desc, line.claim_line_number, line._batch_id,
                        line.source_table, line._source_row
                ) = 1 then line.net_paid_amount
        end as paid_amount,
        cast(null as date) as admission_date,
        cast(null as date) as discharge_date,
        {{ no_text('rendering_taxonomy_code', 'facility_taxonomy_code', 'original_claim_id') }},
        'claims_cclf' as source,
        'claims_cclf' as client_source,
        'claims_cclf' as client_scope,
        false as is_part2_labelled,
        batch.first_received_at as received_at,
        batch.batch_rank,
        'raw_claims_cclf.' || line.source_table as evidence_table,
        line._batch_id || ':' || cast(line._source_row as {{ dbt.type_string() }})
            as evidence_key
    from delivered_line as line
    left join batch on line._batch_id = batch.batch_id
)

select * from claim_line
