-- Follow-up after hospitalization for mental illness, modeled on rules/measures/fuh.md#event, not
-- certified. Longer than the budget: two ids, two bases and two rule versions share every clause.
with

measurement_period as (
    {{ measure_period('fuh', [
        'minimum_age_years', 'last_discharge_month', 'last_discharge_day',
        'uses_2025_diagnosis_list', 'self_harm_any_position', 'residential_is_follow_up',
        'peer_support_is_follow_up', 'any_provider_with_mental_diagnosis', 'readmission_days',
        'enrollment_days', 'first_follow_up_day', 'fuh_7_last_day', 'fuh_30_last_day', 'claims_runout_days',
    ]) }}
),

-- Every stay has the rules of its measurement year.
stay as (
    {{ measure_stay('measurement_period') }}
),

diagnosed_stay as (
    select
        stay.*,
        make_date(
            stay.measurement_year, stay.last_discharge_month, stay.last_discharge_day
        ) as last_event_date,
        -- rules/measures/fuh.md#diagnosis: mental illness as principal diagnosis; self-harm as
        -- principal, from MY2025 in any position
        {{ measure_mental_diagnosis('stay') }} as has_index_diagnosis,
        coalesce(code.is_mental_any, false) as has_mental_principal
    from stay
    left join {{ ref('int_code__classified') }} as code
        on stay.principal_diagnosis_code = code.code
),

residential_stay as (
    {{ measure_residential_stay('stay') }}
),

mental_stay as (
    select * from diagnosed_stay
    where stay_class = 'acute' and (has_index_diagnosis or has_mental_principal)
),

-- rules/measures/fuh.md#chain: stays no more than 30 days apart are one chain
chained_stay as (
    {{ measure_chained('mental_stay', 'readmission_days') }}
),

index_chain as (
    select distinct basis, measurement_year, client_key, chain_number
    from chained_stay
    where has_index_diagnosis and discharge_date <= last_event_date
),

-- rules/measures/fuh.md#event: the last discharge of a chain counts, unless it is after December 1
qualifying_stay as (
    select
        stay.*,
        stay.stay_key as event_key,
        cast({{ dbt.dateadd('day', 'stay.enrollment_days', 'stay.discharge_date') }} as date)
            as last_enrolled_date
    from chained_stay as stay
    inner join index_chain
        on stay.basis = index_chain.basis
        and stay.measurement_year = index_chain.measurement_year
        and stay.client_key = index_chain.client_key
        and stay.chain_number = index_chain.chain_number
    where
        stay.number_from_last = 1
        and stay.discharge_date between stay.start_date and stay.last_event_date
        and stay.age_years >= stay.minimum_age_years
),

-- rules/measures/fuh.md#enrollment: from the discharge date through day 30, without a gap
enrolled_stay as (
    {{ measure_enrolled('qualifying_stay', 'discharge_date', 'last_enrolled_date') }}
),

windowed_stay as (
    select *, 'fuh_7' as measure_id, fuh_7_last_day as last_day from qualifying_stay
    union all
    select *, 'fuh_30' as measure_id, fuh_30_last_day as last_day from qualifying_stay
),

denominator as (
    select
        stay.*,
        stay.discharge_date as event_date,
        {{ measure_window_end('stay', 'discharge_date', 'last_day') }} as window_closes_at,
        case
            when stay.basis = 'reporting' and enrolled_stay.event_key is null then 'coverage_gap'
        end as not_evaluable_reason
    from windowed_stay as stay
    left join enrolled_stay on stay.event_key = enrolled_stay.event_key
),

-- rules/measures/fuh.md#exclusions: death; hospice; nonacute admission, from MY2025 not psychiatric
-- residential care; acute admission with another principal diagnosis
exclusion_found as (
    select
        measure_id,
        basis,
        event_key,
        'death' as exclusion_reason,
        evidence_table,
        evidence_key,
        event_date as evidence_date
    from denominator
    where has_died_in_year
    union all
    {{ measure_hospice_stay('denominator', 'diagnosed_stay', 'start_date', 'end_date') }}
    union all
    select
        event.measure_id,
        event.basis,
        event.event_key,
        stay.stay_class || '_admission' as exclusion_reason,
        stay.evidence_table,
        stay.evidence_key,
        stay.admit_date as evidence_date
    from denominator as event
    inner join diagnosed_stay as stay
        on event.client_key = stay.client_key
        and event.measurement_year = stay.measurement_year
        and event.basis = stay.basis
    left join residential_stay
        on stay.stay_key = residential_stay.stay_key
        and stay.measurement_year = residential_stay.measurement_year
        and stay.basis = residential_stay.basis
    where
        event.event_key <> stay.stay_key
        and {{ dbt.datediff('event.event_date', 'stay.admit_date', 'day') }}
        between 0 and event.readmission_days
        and (
            (
                stay.stay_class = 'acute'
                and not stay.has_index_diagnosis
                and not stay.has_mental_principal
            )
            or (
                stay.stay_class = 'nonacute'
                and (event.residential_is_follow_up = 0 or residential_stay.stay_key is null)
            )
        )
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

-- rules/measures/fuh.md#follow-up: day 1 to 7 or 30 with a mental-health provider, from MY2025 also
-- with any practitioner and a mental diagnosis. Null where the provider's type is unknown.
follow_up as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        case
            when service.is_mental_health_provider then true
            when event.any_provider_with_mental_diagnosis = 1 and service.is_mental_any then true
            when service.is_mental_health_provider is not null then false
        end as is_met,
        service.evidence_table,
        service.evidence_key,
        service.service_date as evidence_date
    from denominator as event
    inner join {{ ref('fct_outpatient_service') }} as service
        on event.client_key = service.client_key
        and event.basis = service.basis
        and {{ dbt.datediff('event.event_date', 'service.service_date', 'day') }}
        between event.first_follow_up_day and event.last_day
        and {{ measure_follow_up_service('event', 'service') }}
),

qualifying_follow_up as (
    select *
    from follow_up
    where coalesce(is_met, true)
),

numerator as (
    {{ measure_first(
        'qualifying_follow_up',
        ['is_met nulls last', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

result as (
    {{ measure_result('fuh') }}
)

select * from result
