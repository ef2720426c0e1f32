with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

pharmacy_claim as (
    select * from {{ ref('int_pharmacy_claim__final') }}
    where medication_class <> 'other' and client_key is not null
),

medication as (
    select * from {{ ref('fct_medication') }}
    where medication_class <> 'other' and client_key is not null
),

injection_line as (
    select
        line.claim_id_key,
        line.frequency,
        line.is_reversal,
        line.service_date,
        injected.medication,
        injected.medication_class,
        injected.supply_days
    from {{ ref('int_claim_line__classified') }} as line
    cross join run
    inner join {{ ref('injected_medication') }} as injected
        on line.injected_medication_code = injected.hcpcs_code
    where line.is_payable and {{ dated_by_as_of('line.service_date') }}
),

claim as (
    select * from {{ ref('int_claim__final') }}
    where not is_denied and client_key is not null
),

-- the days that an injection supplies are those of its list, not those of the fill
supply as (
    select
        client_key,
        'pharmacy_claim' as origin,
        medication_class,
        ndc_code as medication,
        dispensing_date as supply_date,
        case when is_injection then coalesce(injection_days, days_supply) else days_supply end
            as supply_days,
        is_injection,
        is_part2,
        evidence_table,
        evidence_key
    from pharmacy_claim
    union all
    select
        claim.client_key,
        'injection_claim' as origin,
        line.medication_class,
        line.medication,
        line.service_date as supply_date,
        line.supply_days,
        true as is_injection,
        claim.is_part2,
        claim.evidence_table,
        claim.evidence_key
    from injection_line as line
    inner join claim
        on line.claim_id_key = claim.claim_id_key
        and line.frequency = claim.frequency
        and line.is_reversal = claim.is_reversal
    union all
    select
        client_key,
        case when is_fill then 'record_fill' else 'order' end as origin,
        medication_class,
        code as medication,
        start_date as supply_date,
        days_supply as supply_days,
        coalesce(is_long_acting_injectable, false) as is_injection,
        is_part2,
        evidence_table,
        evidence_key
    from medication
),

-- rules/medication-supply.md#injections: the drug and its injection are billed apart, and a claim
-- repeats the code for each part of a dose
ranked_supply as (
    select
        *,
        row_number() over (
            partition by
                client_key, origin in ('pharmacy_claim', 'injection_claim'), medication_class,
                supply_date, is_injection
            order by supply_days desc, origin, medication, evidence_table, evidence_key
        ) as supply_rank
    from supply
    where supply_days > 0
),

supplied_medication as (
    select * exclude (supply_rank) from ranked_supply
    where supply_rank = 1 or not is_injection
)

select * from supplied_medication
