{#
    The lines of the versions that stand, in the columns of the Tuva input layer. Which version stands is Medicare's to say, so
    all of them are originals here. Payments are of the claim: its first line carries them.
#}
with final_version as (
    select * from {{ ref('int_claim_version__from_cclf') }}
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
    select * from {{ ref('int_claim_diagnosis__from_cclf') }}
),

professional_line as (
    select line.*, version.claim_id, version.current_mbi, version.net_paid_amount
    from {{ ref('stg_claims_cclf__cclf5') }} as line
    inner join final_version as version
        on version.part = 'B' and line.claim_version_id = version.claim_version_id
),

-- a claim without lines is a line of its own
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
        coalesce(line._batch_id, claim._batch_id) as _batch_id,
        coalesce(
            {{ cclf_source_row(2, 'line._source_row') }},
            {{ cclf_source_row(1, 'claim._source_row') }}
        ) as _source_row
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
        line._batch_id,
        {{ cclf_source_row(5, 'line._source_row') }} as _source_row
    from professional_line as line
    left join denial
        on
        denial.column_name = 'payment_denial_code'
        and line.payment_denial_code = denial.code
),

claim_line as (
    select
        * exclude (net_paid_amount),
        case
            when row_number() over (
                    partition by claim_id
                    order by claim_status desc, claim_line_number, _batch_id, _source_row
                ) = 1 then net_paid_amount
        end as paid_amount,
        cast(null as date) as admission_date,
        cast(null as date) as discharge_date,
        {{ no_text('rendering_taxonomy_code', 'facility_taxonomy_code', 'original_claim_id') }}
    from delivered_line
)

select * from claim_line
