-- rules/code-lists.md#substance-use-medications: dispensed by a pharmacy, or administered
with drug as (
    select * from {{ ref('int_medication_code__listed') }}
    where list_name = 'sud_medication'
),

procedure as (
    select code, is_long_acting_medication from {{ ref('int_claim_code__classified') }}
    where code_type = 'hcpcs' and is_opioid_medication
),

run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

claim as (
    select * from {{ ref('int_claim__final') }}
    where not is_denied and not is_acute_inpatient and client_key is not null
),

-- the date of each line; lines of one claim and day are one administration
administered_line as (
    select
        line.claim_id_key,
        line.frequency,
        line.is_reversal,
        line.service_date,
        bool_or(line.is_long_acting_medication) as is_long_acting
    from {{ ref('int_claim_line__classified') }} as line
    cross join run
    where
        line.is_opioid_medication
        and line.is_payable
        and {{ dated_by_as_of('line.service_date') }}
    group by line.claim_id_key, line.frequency, line.is_reversal, line.service_date
),

dated_medication as (
    select
        claim.client_key,
        'reporting' as basis,
        line.service_date as medication_date,
        line.is_long_acting,
        true as treats_opioid_use,
        claim.is_part2,
        claim.evidence_table,
        claim.evidence_key
    from administered_line as line
    inner join claim
        on line.claim_id_key = claim.claim_id_key
        and line.frequency = claim.frequency
        and line.is_reversal = claim.is_reversal
    union all
    select
        fill.client_key,
        'reporting' as basis,
        fill.dispensing_date as medication_date,
        drug.is_long_acting,
        drug.treats_opioid_use,
        fill.is_part2,
        fill.evidence_table,
        fill.evidence_key
    from {{ ref('int_pharmacy_claim__final') }} as fill
    inner join drug
        on drug.code_system = 'ndc' and replace(fill.ndc_code, '-', '') = drug.code
    where fill.client_key is not null
    union all
    select
        visit.client_key,
        'operational' as basis,
        visit.visit_date as medication_date,
        procedure.is_long_acting_medication as is_long_acting,
        true as treats_opioid_use,
        visit.is_part2,
        visit.evidence_table,
        visit.evidence_key
    from {{ ref('fct_visit') }} as visit
    inner join procedure on visit.procedure_code = procedure.code
    where visit.client_key is not null
    union all
    -- an order is not a fill
    select
        medication.client_key,
        'operational' as basis,
        medication.start_date as medication_date,
        coalesce(drug.is_long_acting, false) as is_long_acting,
        coalesce(drug.treats_opioid_use, false) or medication.medication_class = 'moud'
            as treats_opioid_use,
        medication.is_part2,
        medication.evidence_table,
        medication.evidence_key
    from {{ ref('fct_medication') }} as medication
    left join drug
        on medication.code_system = drug.code_system
        and replace({{ upper_code('medication.code') }}, '-', '') = drug.code
    where
        medication.is_fill
        and medication.client_key is not null
        and (drug.code is not null or medication.medication_class = 'moud')
)

select * from dated_medication
