-- Readmission to psychiatric inpatient care within 30 days, the agency's own measure
-- (rules/measures/bh-readmit-30.md#rule).
with

measurement_period as (
    {{ measure_period('bh_readmit_30', [
        'last_discharge_month', 'last_discharge_day', 'transfer_days', 'first_readmission_day',
        'readmission_days',
    ]) }}
),

stay as (
    {{ measure_stay('measurement_period', days_before='transfer_days') }}
),

psychiatric_stay as (
    select * from stay
    where basis = 'operational' and stay_class = 'acute' and setting = 'psychiatric'
),

-- direct transfers are one stay
chained_stay as (
    {{ measure_transfer_chain('psychiatric_stay', 'transfer_days', ['died']) }}
),

-- rules/measures/bh-readmit-30.md#rule: the last discharge of a chain
denominator as (
    select
        *,
        'bh_readmit_30' as measure_id,
        stay_key as event_key,
        discharge_date as event_date,
        {{ end_of_local_day(
            dbt.dateadd('day', 'readmission_days', 'discharge_date'), 'time_zone'
        ) }} as window_closes_at,
        cast(null as {{ dbt.type_string() }}) as not_evaluable_reason
    from chained_stay
    where
        number_from_last = 1
        and discharge_date >= start_date
        and discharge_date
        <= make_date(measurement_year, last_discharge_month, last_discharge_day)
),

exclusion as (
    select
        measure_id,
        basis,
        event_key,
        'death' as exclusion_reason,
        evidence_table,
        evidence_key,
        event_date as evidence_date
    from denominator
    where died
),

readmission as (
    {{ measure_readmission('denominator', 'chained_stay', []) }}
),

numerator as (
    select *, true as is_met from readmission
    where readmission_rank = 1
),

result as (
    {{ measure_result('bh_readmit_30') }}
)

select * from result
