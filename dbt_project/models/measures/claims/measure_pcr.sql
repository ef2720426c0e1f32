-- Plan all-cause readmissions, observed, modeled on rules/measures/pcr.md#event, not certified.
-- Longer than the budget: every stay must pass six exclusions before the outliers are counted.
with

measurement_period as (
    {{ measure_period('pcr', [
        'minimum_age_years', 'maximum_age_years', 'last_discharge_month', 'last_discharge_day',
        'transfer_days', 'first_readmission_day', 'readmission_days', 'lookback_days',
        'allowed_gap_days', 'outlier_stays', 'claims_runout_days',
    ]) }}
),

-- Every stay has the rules of its measurement year. A transfer may begin on its first day.
stay as (
    {{ measure_stay('measurement_period', days_before='transfer_days') }}
),

-- rules/measures/pcr.md#event: acute inpatient and observation stays
coded_stay as (
    select
        stay.*,
        code.is_pregnancy,
        code.is_perinatal,
        code.is_planned_admission
    from stay
    left join {{ ref('int_code__classified') }} as code
        on stay.principal_diagnosis_code = code.code
    where stay.stay_class in ('acute', 'observation')
),

-- rules/measures/pcr.md#transfers: direct transfers are one stay
chained_stay as (
    {{ measure_transfer_chain('coded_stay', 'transfer_days', [
        'died', 'is_pregnancy', 'is_perinatal', 'is_planned_admission',
    ]) }}
),

-- rules/measures/pcr.md#event: the last discharge of a chain, age 18 to 64 on that day
index_stay as (
    select
        *,
        'pcr' as measure_id,
        stay_key as event_key,
        discharge_date as event_date,
        {{ measure_window_end('chained_stay', 'discharge_date', 'readmission_days') }}
            as window_closes_at,
        cast({{ dbt.dateadd('day', '-lookback_days', 'discharge_date') }} as date)
            as first_lookback_date,
        cast({{ dbt.dateadd('day', 'readmission_days', 'discharge_date') }} as date)
            as last_enrolled_date
    from chained_stay
    where
        number_from_last = 1
        and discharge_date >= start_date
        and discharge_date
        <= make_date(measurement_year, last_discharge_month, last_discharge_day)
        and age_years between minimum_age_years and maximum_age_years
),

-- rules/measures/pcr.md#enrollment: one short gap in the year before, none through day 30
earlier_coverage as (
    {{ measure_enrolled(
        'index_stay', 'first_lookback_date', 'discharge_date', 'allowed_gap_days'
    ) }}
),

enrolled_stay as (
    {{ measure_enrolled('index_stay', 'discharge_date', 'last_enrolled_date') }}
),

covered_stay as (
    select
        stay.*,
        case
            when stay.basis = 'operational' then null
            when enrolled_stay.event_key is null or earlier_coverage.event_key is null
                then 'coverage_gap'
        end as not_evaluable_reason
    from index_stay as stay
    left join enrolled_stay on stay.event_key = enrolled_stay.event_key
    left join earlier_coverage on stay.event_key = earlier_coverage.event_key
),

readmission as (
    {{ measure_readmission('covered_stay', 'chained_stay', [
        'is_pregnancy', 'is_perinatal', 'is_planned_admission',
    ]) }}
),

-- rules/measures/pcr.md#exclusions: the stay itself, hospice in the year, and a first readmission
-- that was planned
exclusion_found as (
    select
        measure_id,
        basis,
        event_key,
        case
            when died then 'death'
            when is_pregnancy then 'pregnancy'
            when is_perinatal then 'perinatal'
            else 'same_day_stay'
        end as exclusion_reason,
        evidence_table,
        evidence_key,
        event_date as evidence_date
    from covered_stay
    where died or is_pregnancy or is_perinatal or chain_admit_date = discharge_date
    union all
    {{ measure_hospice_stay('covered_stay', 'stay', 'start_date', 'end_date') }}
    union all
    select
        measure_id,
        basis,
        event_key,
        'planned_readmission' as exclusion_reason,
        evidence_table,
        evidence_key,
        evidence_date
    from readmission
    where readmission_rank = 1 and is_planned_admission
),

first_exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

-- rules/measures/pcr.md#outliers: the remaining stays of a client are counted
denominator as (
    select
        stay.*,
        first_exclusion.event_key is null
        and (stay.not_evaluable_reason is null or stay.as_of < stay.window_closes_at)
            as is_counted
    from covered_stay as stay
    left join first_exclusion
        on stay.event_key = first_exclusion.event_key and stay.basis = first_exclusion.basis
),

outlier_client as (
    select basis, measurement_year, client_key
    from denominator
    group by basis, measurement_year, client_key
    having count_if(is_counted) >= max(outlier_stays)
),

exclusion as (
    select
        measure_id, basis, event_key, exclusion_reason, evidence_table, evidence_key, evidence_date
    from first_exclusion
    union all
    select
        stay.measure_id,
        stay.basis,
        stay.event_key,
        'outlier' as exclusion_reason,
        stay.evidence_table,
        stay.evidence_key,
        stay.event_date as evidence_date
    from denominator as stay
    inner join outlier_client
        on stay.basis = outlier_client.basis
        and stay.measurement_year = outlier_client.measurement_year
        and stay.client_key = outlier_client.client_key
    where stay.is_counted
),

-- rules/measures/pcr.md#readmission: any that is unplanned and not for pregnancy or perinatal care
counted_readmission as (
    select measure_id, basis, event_key, true as is_met, evidence_table, evidence_key, evidence_date
    from readmission
    where not is_planned_admission and not is_pregnancy and not is_perinatal
),

numerator as (
    {{ measure_first('counted_readmission', ['evidence_date', 'evidence_table', 'evidence_key']) }}
),

result as (
    {{ measure_result('pcr') }}
)

select * from result
