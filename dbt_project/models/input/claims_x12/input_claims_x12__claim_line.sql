{{ config(materialized='table') }}

{#
    All payers of a claim share one payer name here: a claim that several payers pay is one claim. A payment is for the whole
    claim, so the first line carries it. A version without a remittance is a service with unknown payment.
#}
with claim as (
    select * from {{ ref('stg_claims_x12__claim') }}
),

claim_line as (
    {{ sender_record('claims_x12', 'claim_line', client_scope="'claims_x12'") }}
),

submitted_version as (
    select * from {{ ref('input_claims_x12__claim_version') }}
),

adjudicated_version as (
    select * from {{ ref('input_claims_x12__adjudicated_version') }}
),

-- only the lines of the claim record that is current: an earlier delivery may have other lines
dated_line as (
    select
        claim_line.*,
        {{ x12_client_id('claim') }} as source_client_id,
        min(claim_line.service_from_date) over claim_record as first_service_date,
        max(claim_line.service_to_date) over claim_record as last_service_date,
        row_number() over (
            partition by claim_line._batch_id, claim_line.claim_row
            order by claim_line.line_number, claim_line._source_row
        ) as line_rank
    from claim_line
    inner join claim
        on claim_line._batch_id = claim._batch_id and claim_line.claim_row = claim._source_row
    window claim_record as (partition by claim_line._batch_id, claim_line.claim_row)
),

described_claim as (
    select
        claim.*,
        submitted_version.version_id,
        adjudicated_version.original_version_id,
        adjudicated_version.claim_status,
        adjudicated_version.paid_date,
        adjudicated_version.paid_amount,
        substr(claim.guide, 8, 3) in ('223', '299') as is_institutional
    from claim
    inner join submitted_version
        on
        claim._batch_id = submitted_version._batch_id
        and claim._source_row = submitted_version._source_row
    inner join adjudicated_version
        on submitted_version.version_id = adjudicated_version.version_id
),

-- an institutional claim gives only the hour of discharge: its last day is the day of discharge,
-- unless patient status 30 says that the patient is still there
claim_line_of_version as (
    select
        'claims_x12' as payer,
        claim.version_id as claim_id,
        line.line_number as claim_line_number,
        case when claim.is_institutional then 'institutional' else 'professional' end
            as claim_type,
        claim.subscriber_id as member_id,
        coalesce(
            claim.statement_from_date, claim.service_from_date, line.first_service_date,
            claim.admission_date
        ) as claim_start_date,
        coalesce(
            claim.statement_to_date, claim.service_to_date, line.last_service_date,
            claim.discharge_date, claim.statement_from_date, claim.admission_date
        ) as claim_end_date,
        line.service_from_date as claim_line_start_date,
        line.service_to_date as claim_line_end_date,
        claim.admission_date,
        coalesce(
            claim.discharge_date,
            case
                when claim.is_institutional
                    and claim.admission_date is not null
                    and coalesce(claim.patient_status_code, '') <> '30'
                    then claim.statement_to_date
            end
        ) as discharge_date,
        claim.admission_source_code as admit_source_code,
        claim.admission_type_code as admit_type_code,
        claim.patient_status_code as discharge_disposition_code,
        case
            when not claim.is_institutional
                then coalesce(
                        line.place_of_service_code, {{ padded_code('claim.facility_code', 2) }}
                    )
        end as place_of_service_code,
        case when claim.is_institutional then claim.facility_code || claim.claim_frequency_code end
            as bill_type_code,
        claim.drg_code,
        line.revenue_code as revenue_center_code,
        line.quantity as service_unit_quantity,
        line.procedure_code as hcpcs_code,
        {%- for n in range(1, 5) %}
        line.modifier_{{ n }} as hcpcs_modifier_{{ n }},
        {%- endfor %}
        coalesce(line.rendering_npi, claim.rendering_npi, claim.attending_npi) as rendering_npi,
        claim.billing_npi,
        claim.facility_npi,
        coalesce(
            line.rendering_taxonomy_code,
            claim.rendering_taxonomy_code,
            case when not claim.is_institutional then claim.billing_taxonomy_code end
        ) as rendering_taxonomy_code,
        case when claim.is_institutional then claim.billing_taxonomy_code end
            as facility_taxonomy_code,
        claim.paid_date,
        case when line.line_rank = 1 then claim.paid_amount end as paid_amount,
        line.charge_amount,
        case when left(claim.diagnosis_qualifier_1, 1) = 'A' then 'icd-10-cm' else 'icd-9-cm' end
            as diagnosis_code_type,
        {%- for n in range(1, 26) %}
        claim.diagnosis_code_{{ n }},
        {%- endfor %}
        claim.claim_frequency_code,
        claim.original_version_id as original_claim_id,
        claim.claim_status,
        {{ lineage_columns('line') }}
    from dated_line as line
    inner join described_claim as claim
        on line._batch_id = claim._batch_id and line.claim_row = claim._source_row
)

select * from claim_line_of_version
