{{ config(materialized='view') }}

with final_claim as (
    select * from {{ ref('int_claim__final') }}
    where is_institutional and not is_denied and client_key is not null
),

death_disposition as (
    select discharge_disposition_code from {{ ref('discharge_disposition') }}
    where category = 'died'
),

batch as (
    select batch_id, batch_rank from {{ ref('stg_caseload__batch_order') }}
),

death_line as (
    select
        {{ claim_evidence_row('batch.batch_rank', 'line._source_row') }} as evidence_row,
        coalesce(line.discharge_date, line.claim_end_date) as death_date
    from {{ ref('int_claim_line__delivered') }} as line
    inner join death_disposition
        on line.discharge_disposition_code = death_disposition.discharge_disposition_code
    inner join batch on line._batch_id = batch.batch_id
),

-- every line repeats the disposition of its claim, so the line that was delivered last decides
claimed_death as (
    select final_claim.claim_key, final_claim.client_key, death_line.death_date
    from final_claim
    inner join death_line on final_claim.evidence_row = death_line.evidence_row
)

select * from claimed_death
