-- Antidepressant medication management, retired by NCQA and kept as an internal monitor, modeled on
-- rules/measures/amm.md#population, not certified. Longer than the budget: two ids share it.
with

rule_year as (
    {{ measure_period('amm', [
        'minimum_age_years', 'intake_first_month', 'intake_first_day', 'intake_last_month',
        'intake_last_day', 'negative_history_days', 'diagnosis_days', 'amm_acute_last_day',
        'amm_acute_supply_days', 'amm_continuation_last_day', 'amm_continuation_supply_days',
        'enrollment_gap_days', 'claims_runout_days',
    ]) }}
),

-- rules/measures/amm.md#population: May of the year before to April
measurement_period as (
    select
        *,
        make_date(measurement_year - 1, intake_first_month, intake_first_day)
            as first_intake_date,
        make_date(measurement_year, intake_last_month, intake_last_day) as last_intake_date
    from rule_year
),

new_treatment as (
    {{ measure_new_treatment('measurement_period', 'antidepressant') }}
),

treated_client as (
    select distinct
        treatment.* replace (least(treatment.start_date, treatment.supply_date) as start_date),
        'reporting' as basis,
        {{ surrogate_key(['treatment.client_key', 'treatment.measurement_year']) }} as event_key,
        cast({{ dbt.dateadd('day', '-negative_history_days', 'supply_date') }} as date)
            as first_enrolled_date,
        cast({{ dbt.dateadd('day', 'amm_continuation_last_day', 'supply_date') }} as date)
            as last_enrolled_date
    from new_treatment as treatment
    inner join {{ ref('dim_client') }} as client
        on treatment.client_key = client.client_key
        and {{ age_years('client.birth_date', 'treatment.last_intake_date') }}
        >= treatment.minimum_age_years
    -- rules/measures/amm.md#population: major depression, 60 days before to 60 days after
    inner join {{ ref('int_claim_condition__dated') }} as claim
        on treatment.client_key = claim.client_key
        and claim.is_mdd
        and abs({{ dbt.datediff('treatment.supply_date', 'claim.service_date', 'day') }})
        <= treatment.diagnosis_days
),

enrolled_client as (
    {{ measure_enrolled(
        'treated_client', 'first_enrolled_date', 'last_enrolled_date', 'enrollment_gap_days'
    ) }}
),

windowed_client as (
    {%- for measure_id in ['amm_acute', 'amm_continuation'] %}
    select
        *,
        '{{ measure_id }}' as measure_id,
        {{ measure_id }}_last_day as last_day,
        cast({{ dbt.dateadd('day', measure_id ~ '_last_day', 'supply_date') }} as date)
            as last_supply_date,
        {{ measure_id }}_supply_days as required_days
    from treated_client
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- rules/measures/amm.md#enrollment: the same days for both ids
denominator as (
    {{ measure_covered_client(
        'windowed_client', 'enrolled_client', age_date='last_intake_date'
    ) }}
),

-- rules/measures/amm.md#exclusions: death, hospice
exclusion_found as (
    {{ measure_death_or_hospice('denominator') }}
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

fill as (
    select event.measure_id, event.event_key, event.last_supply_date, supply.*
    from denominator as event
    inner join {{ ref('int_medication__supplied') }} as supply
        on event.client_key = supply.client_key
        and supply.medication_class = 'antidepressant'
        and supply.origin in ('pharmacy_claim', 'injection_claim')
        and supply.supply_date between event.supply_date and event.last_supply_date
),

covered as (
    {{ medication_days('fill', ['measure_id', 'event_key'], 'last_supply_date') }}
),

-- rules/measures/amm.md#treatment: covered days from the first fill
numerator as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        covered.covered_days >= event.required_days as is_met,
        event.evidence_table,
        event.evidence_key,
        event.event_date as evidence_date
    from denominator as event
    inner join covered
        on event.event_key = covered.event_key and event.measure_id = covered.measure_id
),

result as (
    {{ measure_result('amm', age_on='age_date') }}
)

select * from result
