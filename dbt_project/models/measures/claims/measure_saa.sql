-- Adherence to antipsychotics in schizophrenia, modeled on rules/measures/saa.md#population, not
-- certified.
with

measurement_period as (
    {{ measure_period('saa', [
        'minimum_age_years', 'visit_days', 'minimum_dispensing_days', 'covered_percent',
        'enrollment_gap_days', 'claims_runout_days',
    ]) }}
),

-- rules/measures/saa.md#population: one acute stay, or visits on two days
schizophrenia as (
    {{ measure_condition('measurement_period', ['is_schizophrenia'], 'start_date', 'visit_days') }}
),

dispensed as (
    {{ measure_dispensed('measurement_period', 'antipsychotic') }}
),

-- rules/measures/saa.md#treatment-period: from the first fill of the year to its end
treated_client as (
    select
        fill.*,
        'saa' as measure_id,
        'reporting' as basis,
        {{ surrogate_key(['fill.client_key', 'fill.measurement_year']) }} as event_key,
        {{ dbt.datediff('fill.supply_date', 'fill.end_date', 'day') }} as last_day
    from dispensed as fill
    inner join {{ ref('dim_client') }} as client
        on fill.client_key = client.client_key
        and {{ age_years('client.birth_date', 'fill.end_date') }} >= fill.minimum_age_years
    semi join schizophrenia
        on fill.client_key = schizophrenia.client_key
        and fill.measurement_year = schizophrenia.measurement_year
    where fill.fill_number = 1 and fill.dispensing_days >= fill.minimum_dispensing_days
),

enrolled_client as (
    {{ measure_enrolled('treated_client', 'start_date', 'end_date', 'enrollment_gap_days') }}
),

-- rules/measures/saa.md#enrollment: the whole year, with one gap
denominator as (
    {{ measure_covered_client('treated_client', 'enrolled_client') }}
),

-- rules/measures/saa.md#exclusions: death, hospice, dementia
exclusion_found as (
    {{ measure_death_or_hospice('denominator') }}
    union all
    select
        event.measure_id,
        event.basis,
        event.event_key,
        'dementia' as exclusion_reason,
        claim.evidence_table,
        claim.evidence_key,
        claim.service_date as evidence_date
    from denominator as event
    inner join {{ ref('int_claim_condition__dated') }} as claim
        on event.client_key = claim.client_key
        and claim.is_dementia
        and claim.service_date between event.start_date and event.end_date
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

fill as (
    select dispensed.*
    from dispensed
    semi join denominator
        on dispensed.client_key = denominator.client_key
        and dispensed.measurement_year = denominator.measurement_year
),

covered as (
    {{ medication_days('fill', ['measurement_year', 'client_key'], 'end_date') }}
),

-- rules/measures/saa.md#adherence: days covered by any antipsychotic, as a share of the period
numerator as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        covered.covered_days * 100 >= event.covered_percent * (event.last_day + 1) as is_met,
        event.evidence_table,
        event.evidence_key,
        event.event_date as evidence_date
    from denominator as event
    inner join covered
        on event.client_key = covered.client_key
        and event.measurement_year = covered.measurement_year
),

result as (
    {{ measure_result('saa', age_on='age_date') }}
)

select * from result
