{%- set later_diagnoses = range(5, 26) %}
with
classified_line as (
    select * from {{ ref('int_claim_line__classified') }}
),

claim_version as (
    select * from {{ ref('int_claim__versioned') }}
),

client as (
    select {{ row_hash(['source_scope', 'source_client_id']) }} as person_hash, client_key
    from {{ ref('int_client__matched') }}
    where source = 'claims'
),

batch as (
    select batch_id, batch_rank from {{ ref('stg_caseload__batch_order') }}
),

diagnosis as (
    select code, {{ diagnosis_mask() }} as diagnosis_mask
    from {{ ref('int_code__classified') }}
),

-- the few claims with more than four diagnoses
later_diagnosis as (
    select
        {{ row_hash(['line.data_source', 'line.payer', 'line.claim_id']) }} as claim_hash,
        bit_or(
            {% for n in later_diagnoses -%}
            coalesce(diagnosis_{{ n }}.diagnosis_mask, 0){{ ' | ' if not loop.last }}
            {%- endfor %}
        ) as diagnosis_mask
    from {{ ref('stg_claims__medical_claim') }} as line
    {%- for n in later_diagnoses %}
left join diagnosis as diagnosis_{{ n }}
    on line.diagnosis_code_{{ n }} = diagnosis_{{ n }}.code
    {%- endfor %}
    where
        coalesce(
            {% for n in later_diagnoses -%}
            line.diagnosis_code_{{ n }}{{ ', ' if not loop.last }}
            {%- endfor %}
        ) is not null
    group by claim_hash
),

-- the few versions that something later replaced, voided or reversed are taken away; the rest is
-- final
final_line as (
    select line.*
    from classified_line as line
    anti join claim_version
        on
        line.claim_hash = claim_version.claim_hash
        and line.frequency_code = claim_version.frequency_code
        and line.is_reversal = claim_version.is_reversal
        and not claim_version.is_final
),

grouped_claim as (
    select
        line.claim_hash,
        min(line.person_hash) as person_hash,
        min(line.claim_start_date) as start_date,
        max(line.claim_end_date) as end_date,
        min(
            case when {{ has_setting('line.setting_mask', 'follow_up') }} then line.service_date end
        ) as first_service_date,
        max(
            case when {{ has_setting('line.setting_mask', 'follow_up') }} then line.service_date end
        ) as last_service_date,
        bit_or(line.setting_mask) as setting_mask,
        bit_or(line.principal_mask) as principal_mask,
        bit_or(line.diagnosis_mask) as first_diagnosis_mask,
        sum(case when line.is_payable then line.paid_amount end) as paid_usd,
        min({{ claim_evidence_row("batch.batch_rank", "line._source_row") }}) as evidence_row
    from final_line as line
    left join batch on line._batch_id = batch.batch_id
    group by line.claim_hash
),

final_claim as (
    select
        grouped_claim.claim_hash,
        client.client_key,
        grouped_claim.start_date,
        grouped_claim.end_date,
        grouped_claim.first_service_date,
        grouped_claim.last_service_date,
        grouped_claim.setting_mask,
        grouped_claim.principal_mask,
        grouped_claim.first_diagnosis_mask | coalesce(later_diagnosis.diagnosis_mask, 0)
            as diagnosis_mask,
        grouped_claim.paid_usd,
        grouped_claim.evidence_row
    from grouped_claim
    left join client on grouped_claim.person_hash = client.person_hash
    left join later_diagnosis on grouped_claim.claim_hash = later_diagnosis.claim_hash
),

judged_claim as (
    select
        *,
        not {{ has_setting('setting_mask', 'payable') }} as is_denied,
        {{ has_setting('setting_mask', 'institutional') }} as is_institutional,
        -- spec 3.2: inpatient bill, or a bed where no bill type says otherwise; ancillary bills
        -- are none
        {{ has_setting('setting_mask', 'institutional') }}
        and not {{ has_setting('setting_mask', 'ancillary_bill') }}
        and (
            (
                {{ has_setting('setting_mask', 'inpatient_bill') }}
                and (
                    {{ has_setting('setting_mask', 'accommodation') }}
                    or not {{ has_setting('setting_mask', 'nonacute') }}
                )
            )
            or (
                {{ has_setting('setting_mask', 'accommodation') }}
                and not {{ has_setting('setting_mask', 'nonacute') }}
            )
        ) as is_acute_inpatient
    from final_claim
)

select * from judged_claim
