-- Follow-up of children prescribed ADHD medication, modeled on rules/measures/add.md#intake, not
-- certified. Longer than the budget: two ids share the visits.
with

rule_year as (
    {{ measure_period('add', [
        'minimum_age_years', 'maximum_age_years', 'intake_month', 'intake_day',
        'negative_history_days', 'add_initiation_last_day', 'add_continuation_last_day',
        'add_initiation_supply_days', 'add_continuation_supply_days',
        'add_continuation_visit_days', 'add_initiation_gap_days', 'add_continuation_gap_days',
        'claims_runout_days',
    ]) }}
),

-- rules/measures/add.md#intake: March 1 of the year before to the last day of February
measurement_period as (
    select
        *,
        make_date(measurement_year - 1, intake_month, intake_day) as first_intake_date,
        make_date(measurement_year, intake_month, intake_day) - 1 as last_intake_date
    from rule_year
),

new_treatment as (
    {{ measure_new_treatment('measurement_period', 'stimulant') }}
),

treated_client as (
    select
        treatment.* replace (least(treatment.start_date, treatment.supply_date) as start_date),
        'reporting' as basis,
        {{ surrogate_key(['treatment.client_key', 'treatment.measurement_year']) }}
            as client_event_key,
        cast({{ dbt.dateadd('day', '-negative_history_days', 'supply_date') }} as date)
            as first_enrolled_date,
        cast({{ dbt.dateadd('day', 'add_continuation_last_day', 'supply_date') }} as date)
            as last_treatment_date
    from new_treatment as treatment
    -- rules/measures/add.md#intake: 6 on the first day, 12 on the last
    inner join {{ ref('dim_client') }} as client
        on treatment.client_key = client.client_key
        and {{ age_years('client.birth_date', 'treatment.first_intake_date') }}
        >= treatment.minimum_age_years
        and {{ age_years('client.birth_date', 'treatment.last_intake_date') }}
        <= treatment.maximum_age_years
),

fill as (
    select client.client_event_key, client.last_treatment_date, supply.*
    from treated_client as client
    inner join {{ ref('int_medication__supplied') }} as supply
        on client.client_key = supply.client_key
        and supply.medication_class = 'stimulant'
        and supply.origin in ('pharmacy_claim', 'injection_claim')
        and supply.supply_date between client.supply_date and client.last_treatment_date
),

covered as (
    {{ medication_days('fill', ['client_event_key'], 'last_treatment_date') }}
),

-- rules/measures/add.md#continuation: the client stayed on the medication
windowed_client as (
    {%- for measure_id in ['add_initiation', 'add_continuation'] %}
    select
        client.*,
        '{{ measure_id }}' as measure_id,
        {{ surrogate_key(['client.client_event_key', "'" ~ measure_id ~ "'"]) }} as event_key,
        client.{{ measure_id }}_gap_days as gap_days,
        client.{{ measure_id }}_last_day as last_day,
        cast({{ dbt.dateadd(
            'day', 'client.' ~ measure_id ~ '_last_day', 'client.supply_date'
        ) }} as date) as last_window_date
    from treated_client as client
    inner join covered
        on client.client_event_key = covered.client_event_key
        and covered.covered_days >= client.{{ measure_id }}_supply_days
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

enrolled_client as (
    {{ measure_enrolled(
        'windowed_client', 'first_enrolled_date', 'last_window_date', 'gap_days'
    ) }}
),

-- rules/measures/add.md#enrollment: from the negative history through the window;
-- rules/measures/add.md#strata: the age of the last day of the intake
denominator as (
    {{ measure_covered_client(
        'windowed_client', 'enrolled_client', age_date='last_intake_date'
    ) }}
),

behavioral_code as (
    select code from {{ ref('int_code__classified') }}
    where is_behavioral
),

-- rules/measures/add.md#exclusions: death, hospice, a stay for mental health or substance use after
-- the first day of the treatment, narcolepsy by the end of the year
exclusion_found as (
    {{ measure_death_or_hospice('denominator') }}
    union all
    select
        event.measure_id,
        event.basis,
        event.event_key,
        'inpatient_stay' as exclusion_reason,
        stay.evidence_table,
        stay.evidence_key,
        coalesce(stay.claim_admit_date, stay.admit_date) as evidence_date
    from denominator as event
    inner join {{ ref('fct_stay') }} as stay
        on event.client_key = stay.client_key
        and stay.has_claim
        and stay.stay_class = 'acute'
        and coalesce(stay.claim_admit_date, stay.admit_date) > event.supply_date
        and coalesce(stay.claim_admit_date, stay.admit_date) <= event.last_window_date
    inner join behavioral_code on stay.principal_diagnosis_code = behavioral_code.code
    union all
    select
        event.measure_id,
        event.basis,
        event.event_key,
        'narcolepsy' as exclusion_reason,
        claim.evidence_table,
        claim.evidence_key,
        claim.service_date as evidence_date
    from denominator as event
    inner join {{ ref('int_claim_condition__dated') }} as claim
        on event.client_key = claim.client_key
        and claim.is_narcolepsy
        and claim.service_date <= event.end_date
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

-- rules/measures/add.md#visit: a visit on the first day of the treatment does not count
visit as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        event.add_continuation_visit_days,
        event.add_initiation_last_day
        >= {{ dbt.datediff('event.supply_date', 'visit.service_date', 'day') }} as is_early,
        visit.is_prescriber,
        visit.is_virtual,
        visit.evidence_table,
        visit.evidence_key,
        visit.service_date as evidence_date
    from denominator as event
    inner join {{ ref('int_follow_up_visit__dated') }} as visit
        on event.client_key = visit.client_key
        and visit.service_date > event.supply_date
        and visit.service_date <= event.last_window_date
),

-- rules/measures/add.md#initiation: with a prescriber; whether an unknown clinician is one is not
-- known
initiation_visit as (
    select *, is_prescriber as is_met
    from visit
    where is_early and not is_virtual and coalesce(is_prescriber, true)
),

initiation as (
    {{ measure_first('initiation_visit', [
        'coalesce(is_met, false) desc', 'evidence_date', 'evidence_table', 'evidence_key'
    ]) }}
),

-- rules/measures/add.md#continuation: visits on two later days, one of them not virtual
later_visit as (
    select
        *,
        dense_rank() over (partition by event_key order by evidence_date) as day_number,
        bool_or(not is_virtual) over (partition by event_key order by evidence_date) as has_visit
    from visit
    where not is_early
),

numerator_found as (
    select measure_id, basis, event_key, is_met, evidence_table, evidence_key, evidence_date
    from initiation
    where measure_id = 'add_initiation'
    union all
    select
        later_visit.measure_id,
        later_visit.basis,
        later_visit.event_key,
        initiation.is_met,
        later_visit.evidence_table,
        later_visit.evidence_key,
        later_visit.evidence_date
    from later_visit
    inner join initiation on later_visit.event_key = initiation.event_key
    where
        later_visit.day_number >= later_visit.add_continuation_visit_days
        and later_visit.has_visit
),

numerator as (
    {{ measure_first('numerator_found', ['evidence_date', 'evidence_table', 'evidence_key']) }}
),

result as (
    {{ measure_result('add', age_on='age_date') }}
)

select * from result
