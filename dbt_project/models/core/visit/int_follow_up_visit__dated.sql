-- rules/measures/add.md#visit: outpatient visits on final claims, whatever the diagnosis
with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

claim as (
    select * from {{ ref('int_claim__final') }}
    where not is_denied and not is_acute_inpatient and client_key is not null
),

-- the lines of one claim, day and kind are one visit
visit_line as (
    select distinct
        line.claim_id_key,
        line.frequency,
        line.is_reversal,
        line.service_date,
        line.is_prescriber,
        line.is_virtual_service as is_virtual
    from {{ ref('int_claim_line__classified') }} as line
    cross join run
    where
        line.is_follow_up
        and line.is_payable
        and {{ dated_by_as_of('line.service_date') }}
),

follow_up_visit as (
    select
        claim.client_key,
        line.service_date,
        line.is_prescriber,
        line.is_virtual,
        claim.is_part2,
        claim.evidence_table,
        claim.evidence_key
    from visit_line as line
    inner join claim
        on line.claim_id_key = claim.claim_id_key
        and line.frequency = claim.frequency
        and line.is_reversal = claim.is_reversal
)

select * from follow_up_visit
