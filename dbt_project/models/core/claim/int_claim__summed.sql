{# One thread: two, each with its table of millions of claims, now and then need more memory than
   there is. #}
{{ config(meta={'threads': 1}) }}

{%- set later_diagnoses = range(5, 26) %}
with
classified_line as (
    select * from {{ ref('int_claim_line__classified') }}
),

batch as (
    select batch_id, batch_rank from {{ ref('stg_caseload__batch_order') }}
),

client as (
    select {{ row_hash(['source_scope', 'source_client_id']) }} as person_hash, client_key
    from {{ ref('int_client__matched') }}
    where source in ('claims', 'claims_x12', 'claims_cclf')
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
    from {{ ref('int_claim_line__delivered') }} as line
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

grouped_version as (
    select
        line.claim_hash,
        line.frequency,
        line.is_reversal,
        min(line.person_hash) as person_hash,
        min(line.claim_start_date) as start_date,
        max(line.claim_end_date) as end_date,
        max(line.paid_date) as paid_date,
        -- the masks of a line side by side in one number: each sum kept for millions of claims
        -- costs memory that the machine does not have
        bit_or(
            cast(line.setting_mask as bigint)
            | (cast(line.principal_mask as bigint) << 32)
            | (cast(line.diagnosis_mask as bigint) << 40)
            | case when line.has_original then (cast(1 as bigint) << 48) else 0 end
        ) as packed_mask,
        -- one bit for each day of the claim on which something may count as follow-up
        bit_or(
            case
                when line.is_payable and {{ has_setting('line.setting_mask', 'follow_up') }}
                    then cast(1 as bigint) << cast(line.service_day as bigint)
                else 0
            end
        ) as follow_up_days_mask,
        sum(case when line.is_payable then line.paid_amount end) as paid_usd,
        max(line.original_claim_hash) as original_claim_hash,
        min(batch.batch_rank) as first_batch_rank,
        max({{ claim_evidence_row('batch.batch_rank', 'line._source_row') }}) as evidence_row
    from classified_line as line
    left join batch on line._batch_id = batch.batch_id
    group by line.claim_hash, line.frequency, line.is_reversal
),

unpacked_version as (
    select
        * exclude (packed_mask),
        cast(packed_mask & 4294967295 as integer) as setting_mask,
        cast((packed_mask >> 32) & 255 as integer) as principal_mask,
        cast((packed_mask >> 40) & 255 as integer) as first_diagnosis_mask,
        is_reversal or frequency in (7, 8) or (packed_mask >> 48) > 0 as is_adjusting
    from grouped_version
),

summed_version as (
    select
        version.* exclude (person_hash, first_diagnosis_mask),
        version.first_diagnosis_mask | coalesce(later_diagnosis.diagnosis_mask, 0)
            as diagnosis_mask,
        client.client_key,
        not {{ has_setting('version.setting_mask', 'payable') }} as is_denied
    from unpacked_version as version
    left join client on version.person_hash = client.person_hash
    left join later_diagnosis on version.claim_hash = later_diagnosis.claim_hash
)

select * from summed_version
