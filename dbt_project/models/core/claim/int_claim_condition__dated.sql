{%- set conditions = [
    'is_schizophrenia', 'is_bipolar', 'is_mdd', 'is_oud', 'is_dementia', 'is_diabetes',
    'is_narcolepsy',
] %}

with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

-- only the claims with one of the conditions go through the joins
diagnosis as (
    select * from {{ ref('int_claim_diagnosis__classified') }}
    where {{ conditions | join('_any or ') }}_any
),

claim as (
    select
        {%- for condition in conditions %}
        diagnosis.{{ condition }}_any as {{ condition }},
        {%- endfor %}
        claim.*
    from {{ ref('int_claim__final') }} as claim
    inner join diagnosis
        on claim.claim_id_key = diagnosis.claim_id_key
        and claim.frequency = diagnosis.frequency
        and claim.is_reversal = diagnosis.is_reversal
    where not claim.is_denied and claim.client_key is not null
),

-- rules/encounters-and-claims.md#conditions: a stay counts on the last day of its claim, a visit on
-- the day of its line; tests and supplies are no visits
dated_claim as (
    select
        claim.claim_key,
        coalesce(claim.end_date, claim.start_date) as service_date,
        true as is_acute_inpatient
    from claim
    where claim.is_acute_inpatient
    union
    select
        claim.claim_key,
        line.service_date,
        not line.is_institutional and (line.is_psychiatric_place or line.is_detox_place)
            as is_acute_inpatient
    from claim
    inner join {{ ref('int_claim_line__classified') }} as line
        on claim.claim_id_key = line.claim_id_key
        and claim.frequency = line.frequency
        and claim.is_reversal = line.is_reversal
    cross join run
    where
        not claim.is_acute_inpatient
        and line.is_payable
        and {{ dated_by_as_of('line.service_date') }}
        and (
            line.is_follow_up
            or line.is_emergency
            or line.is_emergency_place
            or line.is_observation
            or line.is_nonacute
            or line.is_residential
            or line.is_crisis
            or line.is_psychiatric_place
            or line.is_detox_place
        )
),

claim_condition as (
    select
        claim.claim_key,
        claim.client_key,
        dated_claim.service_date,
        dated_claim.is_acute_inpatient,
        {%- for condition in conditions %}
        claim.{{ condition }},
        {%- endfor %}
        claim.is_part2,
        claim.evidence_table,
        claim.evidence_key
    from dated_claim
    inner join claim on dated_claim.claim_key = claim.claim_key
)

select * from claim_condition
