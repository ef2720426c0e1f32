-- Use of pharmacotherapy for opioid use disorder, modeled on rules/measures/oud.md#population, not
-- certified.
with

measurement_period as (
    {{ measure_period('oud', [
        'minimum_age_years', 'maximum_age_years', 'visit_days', 'enrollment_gap_days',
        'claims_runout_days',
    ]) }}
),

-- rules/measures/oud.md#population: one stay or visit with opioid use disorder
opioid_use as (
    {{ measure_condition('measurement_period', ['is_oud'], 'start_date', 'visit_days') }}
),

numbered_claim as (
    select
        *,
        row_number() over (
            partition by measurement_year, client_key
            order by service_date, evidence_table, evidence_key
        ) as claim_number
    from opioid_use
),

diagnosed_client as (
    select
        'oud' as measure_id,
        'reporting' as basis,
        claim.client_key,
        {{ surrogate_key(['claim.client_key', 'claim.measurement_year']) }} as event_key,
        claim.service_date,
        period.*,
        {{ dbt.datediff('claim.service_date', 'period.end_date', 'day') }} as last_day,
        claim.evidence_table,
        claim.evidence_key
    from numbered_claim as claim
    inner join measurement_period as period
        on claim.measurement_year = period.measurement_year and claim.claim_number = 1
    inner join {{ ref('dim_client') }} as client
        on claim.client_key = client.client_key
        and {{ age_years('client.birth_date', 'period.end_date') }}
        between period.minimum_age_years and period.maximum_age_years
),

enrolled_client as (
    {{ measure_enrolled('diagnosed_client', 'start_date', 'end_date', 'enrollment_gap_days') }}
),

-- rules/measures/oud.md#enrollment: the whole year, with one gap
denominator as (
    {{ measure_covered_client(
        'diagnosed_client', 'enrolled_client', event_date='service_date'
    ) }}
),

-- rules/measures/oud.md#exclusions: death, hospice
exclusion_found as (
    {{ measure_death_or_hospice('denominator') }}
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

-- rules/measures/oud.md#medication: on any day of the year, before or after the diagnosis
medication as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        true as is_met,
        medication.evidence_table,
        medication.evidence_key,
        medication.medication_date as evidence_date
    from denominator as event
    inner join {{ ref('int_sud_medication__dated') }} as medication
        on event.client_key = medication.client_key
        and event.basis = medication.basis
        and medication.treats_opioid_use
        and medication.medication_date between event.start_date and event.end_date
),

numerator as (
    {{ measure_first('medication', ['evidence_date', 'evidence_table', 'evidence_key']) }}
),

result as (
    {{ measure_result('oud', age_on='age_date') }}
)

select * from result
