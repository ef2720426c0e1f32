-- Metabolic monitoring for children and adolescents on antipsychotics, modeled on
-- rules/measures/apm.md#population, not certified.
with

measurement_period as (
    {{ measure_period('apm', [
        'minimum_age_years', 'maximum_age_years', 'minimum_dispensing_days', 'enrollment_gap_days',
        'claims_runout_days',
    ]) }}
),

dispensed as (
    {{ measure_dispensed('measurement_period', 'antipsychotic') }}
),

-- rules/measures/apm.md#population: two days with a fill, in any order of drugs
treated_client as (
    select
        fill.*,
        'apm' as measure_id,
        'reporting' as basis,
        {{ surrogate_key(['fill.client_key', 'fill.measurement_year']) }} as event_key,
        {{ dbt.datediff('fill.supply_date', 'fill.end_date', 'day') }} as last_day
    from dispensed as fill
    inner join {{ ref('dim_client') }} as client
        on fill.client_key = client.client_key
        and {{ age_years('client.birth_date', 'fill.end_date') }}
        between fill.minimum_age_years and fill.maximum_age_years
    where fill.fill_number = 1 and fill.dispensing_days >= fill.minimum_dispensing_days
),

enrolled_client as (
    {{ measure_enrolled('treated_client', 'start_date', 'end_date', 'enrollment_gap_days') }}
),

-- rules/measures/apm.md#enrollment: the whole year, with one gap
denominator as (
    {{ measure_covered_client('treated_client', 'enrolled_client') }}
),

-- rules/measures/apm.md#exclusions: death, hospice
exclusion_found as (
    {{ measure_death_or_hospice('denominator') }}
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

-- rules/measures/apm.md#tests: the first test of each kind in the year
test as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        service.kind,
        service.evidence_table,
        service.evidence_key,
        service.service_date as evidence_date,
        row_number() over (
            partition by event.event_key, service.kind
            order by service.service_date, service.evidence_table, service.evidence_key
        ) as test_number
    from denominator as event
    inner join {{ ref('int_preventive_service__dated') }} as service
        on event.client_key = service.client_key
        and event.basis = service.basis
        and service.kind in ('metabolic_test', 'cholesterol_test')
        and service.service_date between event.start_date and event.end_date
),

-- both kinds; the test that completes them is the evidence, which two kinds of one claim share
completing_test as (
    select
        *,
        true as is_met,
        row_number() over (
            partition by event_key order by evidence_date, evidence_table, evidence_key
        ) as kind_number
    from test
    where test_number = 1
),

numerator as (
    select * from completing_test
    where kind_number = 2
),

result as (
    {{ measure_result('apm', age_on='age_date') }}
)

select * from result
