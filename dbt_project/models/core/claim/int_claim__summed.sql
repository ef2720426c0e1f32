{# One thread: beside a second table of millions of rows, the aggregate exceeds the memory limit. #}
{{ config(meta={'threads': 1}) }}

with
-- all lines of a version come from one table of one sender
summed_version as (
    select
        claim_id_key,
        frequency,
        is_reversal,
        source,
        evidence_table,
        min(client_key) as client_key,
        min(claim_start_date) as start_date,
        max(claim_end_date) as end_date,
        max(paid_date) as paid_date,
        sum(case when is_payable then paid_amount end) as paid_usd,
        max(original_claim_id_key) as original_claim_id_key,
        is_reversal or frequency in (7, 8) or bool_or(names_original) as is_adjusting,
        not bool_or(is_payable) as is_denied,
        bool_or(is_institutional) as is_institutional,
        {%- for setting in whole_claim_settings() %}
        bool_or(is_{{ setting }}) as is_{{ setting }},
        {%- endfor %}
        bool_or(is_part2) as is_part2,
        min(received_at) as received_at,
        max(batch_rank) as last_batch_rank
    from {{ ref('int_claim_line__classified') }}
    group by claim_id_key, frequency, is_reversal, source, evidence_table
),

-- the line delivered last is the evidence. An aggregate of its own: max_by in the one above would
-- keep its values in memory, which cannot be written to disk
last_line as (
    select claim_id_key, frequency, is_reversal, batch_rank, max(_source_row) as last_source_row
    from {{ ref('int_claim_line__classified') }}
    group by claim_id_key, frequency, is_reversal, batch_rank
),

version_with_evidence as (
    select summed_version.*, last_line.last_source_row
    from summed_version
    inner join last_line
        on summed_version.claim_id_key = last_line.claim_id_key
        and summed_version.frequency = last_line.frequency
        and summed_version.is_reversal = last_line.is_reversal
        and summed_version.last_batch_rank = last_line.batch_rank
)

select * from version_with_evidence
