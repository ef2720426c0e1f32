{{ config(materialized='view') }}

with claim as (
    select * from {{ ref('int_claim__final') }}
    where is_institutional and not is_denied and client_key is not null
),

death_disposition as (
    select discharge_disposition_code from {{ ref('discharge_disposition') }}
    where category = 'died'
),

death_line as (
    select line.*
    from {{ ref('int_claim_line__classified') }} as line
    inner join death_disposition
        on line.discharge_disposition_code = death_disposition.discharge_disposition_code
),

-- every line repeats the disposition of its claim, so the line delivered last decides
claimed_death as (
    select
        claim.claim_key,
        claim.client_key,
        coalesce(death_line.discharge_date, death_line.claim_end_date) as death_date
    from claim
    inner join death_line
        on
        claim.claim_id_key = death_line.claim_id_key
        and claim.frequency = death_line.frequency
        and claim.is_reversal = death_line.is_reversal
        and claim.batch_rank = death_line.batch_rank
        and claim.last_source_row = death_line._source_row
)

select * from claimed_death
