-- Depression remission at six months, modeled on rules/measures/dep-rem-6.md#index, not certified.
-- Longer than the budget: exclusions come from three facts (diagnoses, deaths, stays).
with

measurement_period as (
    {{ measure_period('dep_rem_6', [
        'minimum_age_years', 'index_above_score', 'remission_below_score', 'follow_up_months',
        'follow_up_margin_days', 'nursing_home_nights',
    ]) }}
),

phq9_total as (
    {{ phq9_total() }}
),

-- The groups of rules/code-lists.md#depression. Refuted entries are not in fct_diagnosis.
diagnosis as (
    select
        entry.client_key,
        entry.diagnosis_date,
        entry.end_date,
        code.is_mdd or code.is_dysthymia as is_depression,
        case
            when code.is_bipolar then 'bipolar'
            when code.is_psychotic then 'psychotic_disorder'
            when code.is_labile_personality then 'personality_disorder'
            when code.is_pervasive_developmental then 'pervasive_developmental_disorder'
            when code.is_palliative then 'palliative_care'
        end as exclusion_reason,
        entry.evidence_table,
        entry.evidence_key
    from {{ ref('fct_diagnosis') }} as entry
    inner join {{ ref('int_code__classified') }} as code on entry.code = code.code
    where entry.client_key is not null
),

-- rules/measures/dep-rem-6.md#index: several active diagnoses give equal rows, one of which is
-- first. An undated entry counts as older than every score.
index_total as (
    select
        score.*,
        period.*,
        row_number() over (
            partition by period.measurement_year, score.client_key
            order by score.administered_at, score.screening_key
        ) as number_in_year
    from phq9_total as score
    inner join measurement_period as period
        on score.administered_date between period.start_date and period.end_date
        and score.total_score > period.index_above_score
    inner join diagnosis
        on score.client_key = diagnosis.client_key
        and diagnosis.is_depression
        and coalesce(diagnosis.diagnosis_date <= score.administered_date, true)
        and coalesce(diagnosis.end_date >= score.administered_date, true)
    inner join {{ ref('dim_client') }} as client
        on score.client_key = client.client_key
        and {{ age_years('client.birth_date', 'score.administered_date') }}
        >= period.minimum_age_years
),

-- rules/measures/dep-rem-6.md#window: six calendar months, 60 days before and after
windowed_index as (
    select
        *,
        cast({{ dbt.dateadd('month', 'follow_up_months', 'administered_date') }} as date)
            as follow_up_date
    from index_total
    where number_in_year = 1
),

denominator as (
    select
        'dep_rem_6' as measure_id,
        measure_version,
        measurement_year,
        'operational' as basis,
        client_key,
        screening_key as event_key,
        administered_date as event_date,
        cast({{ dbt.dateadd('day', '-follow_up_margin_days', 'follow_up_date') }} as date)
            as first_follow_up_date,
        cast({{ dbt.dateadd('day', 'follow_up_margin_days', 'follow_up_date') }} as date)
            as last_follow_up_date,
        {{ end_of_local_day(
            dbt.dateadd('day', 'follow_up_margin_days', 'follow_up_date'), 'time_zone'
        ) }} as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key,
        remission_below_score,
        nursing_home_nights
    from windowed_index
),

-- rules/measures/dep-rem-6.md#exclusions: on or before the last day of the window, also if it ended
-- before the index date
exclusion_found as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        diagnosis.exclusion_reason,
        diagnosis.evidence_table,
        diagnosis.evidence_key,
        coalesce(diagnosis.diagnosis_date, event.event_date) as evidence_date
    from denominator as event
    inner join diagnosis
        on event.client_key = diagnosis.client_key
        and diagnosis.exclusion_reason is not null
        and coalesce(diagnosis.diagnosis_date <= event.last_follow_up_date, true)
    union all
    {{ measure_death('denominator', 'client.death_date <= event.last_follow_up_date') }}
    union all
    -- rules/measures/dep-rem-6.md#nursing-home: a long stay means a permanent resident
    select
        event.measure_id,
        event.basis,
        event.event_key,
        case when stay.is_hospice then 'hospice' else 'nursing_home' end as exclusion_reason,
        stay.evidence_table,
        stay.evidence_key,
        stay.admit_date as evidence_date
    from denominator as event
    inner join {{ ref('fct_stay') }} as stay
        on event.client_key = stay.client_key
        and stay.admit_date <= event.last_follow_up_date
        and (
            stay.is_hospice
            or (
                stay.stay_class = 'nonacute'
                and stay.setting = 'medical'
                and stay.discharge_date >= event.event_date
                and {{ dbt.datediff(
                    'stay.admit_date', 'least(stay.discharge_date, event.last_follow_up_date)', 'day'
                ) }} > event.nursing_home_nights
            )
        )
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

follow_up_total as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        score.total_score < event.remission_below_score as is_met,
        score.evidence_table,
        score.evidence_key,
        score.administered_date as evidence_date,
        score.administered_at,
        score.screening_key
    from denominator as event
    inner join phq9_total as score
        on event.client_key = score.client_key
        and score.administered_date
        between event.first_follow_up_date and event.last_follow_up_date
),

-- rules/measures/dep-rem-6.md#remission: the most recent total in the window decides, not the best
numerator as (
    {{ measure_first('follow_up_total', ['administered_at desc', 'screening_key desc']) }}
),

result as (
    {{ measure_result('dep_rem_6') }}
)

select * from result
