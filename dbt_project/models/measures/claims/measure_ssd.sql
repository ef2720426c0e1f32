-- Diabetes screening for people with schizophrenia or bipolar disorder who take antipsychotics,
-- modeled on rules/measures/ssd.md#population, not certified.
with

rule_year as (
    {{ measure_period('ssd', [
        'minimum_age_years', 'maximum_age_years', 'visit_days', 'diabetes_lookback_years',
        'enrollment_gap_days', 'claims_runout_days',
    ]) }}
),

measurement_period as (
    select
        *,
        cast({{ dbt.dateadd('year', '-diabetes_lookback_years', 'start_date') }} as date)
            as first_diabetes_date
    from rule_year
),

-- rules/measures/ssd.md#population: one acute stay, or visits on two days
mental_illness as (
    {{ measure_condition(
        'measurement_period', ['is_schizophrenia', 'is_bipolar'], 'start_date', 'visit_days'
    ) }}
),

dispensed as (
    {{ measure_dispensed('measurement_period', 'antipsychotic') }}
),

treated_client as (
    select
        fill.*,
        'ssd' as measure_id,
        'reporting' as basis,
        {{ surrogate_key(['fill.client_key', 'fill.measurement_year']) }} as event_key,
        {{ dbt.datediff('fill.supply_date', 'fill.end_date', 'day') }} as last_day
    from dispensed as fill
    inner join {{ ref('dim_client') }} as client
        on fill.client_key = client.client_key
        and {{ age_years('client.birth_date', 'fill.end_date') }}
        between fill.minimum_age_years and fill.maximum_age_years
    semi join mental_illness
        on fill.client_key = mental_illness.client_key
        and fill.measurement_year = mental_illness.measurement_year
    where fill.fill_number = 1
),

enrolled_client as (
    {{ measure_enrolled('treated_client', 'start_date', 'end_date', 'enrollment_gap_days') }}
),

-- rules/measures/ssd.md#enrollment: the whole year, with one gap
denominator as (
    {{ measure_covered_client('treated_client', 'enrolled_client') }}
),

diabetes as (
    {{ measure_condition(
        'measurement_period', ['is_diabetes'], 'first_diabetes_date', 'visit_days'
    ) }}
),

-- rules/measures/ssd.md#exclusions: death, hospice; diabetes by claims or by medication
exclusion_found as (
    {{ measure_death_or_hospice('denominator') }}
    union all
    select
        event.measure_id,
        event.basis,
        event.event_key,
        'diabetes' as exclusion_reason,
        diabetes.evidence_table,
        diabetes.evidence_key,
        diabetes.service_date as evidence_date
    from denominator as event
    inner join diabetes
        on event.client_key = diabetes.client_key
        and event.measurement_year = diabetes.measurement_year
    union all
    select
        event.measure_id,
        event.basis,
        event.event_key,
        'diabetes' as exclusion_reason,
        supply.evidence_table,
        supply.evidence_key,
        supply.supply_date as evidence_date
    from denominator as event
    inner join {{ ref('int_medication__supplied') }} as supply
        on event.client_key = supply.client_key
        and supply.medication_class = 'diabetes_medication'
        and supply.origin = 'pharmacy_claim'
        and supply.supply_date between event.first_diabetes_date and event.end_date
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

-- rules/measures/ssd.md#screening: a test of glucose or HbA1c in the year
screening as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        true as is_met,
        service.evidence_table,
        service.evidence_key,
        service.service_date as evidence_date
    from denominator as event
    inner join {{ ref('int_preventive_service__dated') }} as service
        on event.client_key = service.client_key
        and event.basis = service.basis
        and service.kind = 'metabolic_test'
        and service.service_date between event.start_date and event.end_date
),

numerator as (
    {{ measure_first('screening', ['evidence_date', 'evidence_table', 'evidence_key']) }}
),

result as (
    {{ measure_result('ssd', age_on='age_date') }}
)

select * from result
