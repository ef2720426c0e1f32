with
latest_screening as (
    select * from {{ ref('int_risk__latest_screening') }}
),

screening as (
    select screening_key, evidence_table, evidence_key from {{ ref('fct_screening') }}
),

dated_event as (
    select * from {{ ref('int_risk__acute_event_by_score_date') }}
),

acute_event as (
    select * from {{ ref('int_risk__acute_event') }}
),

diagnosis_fact as (
    select * from {{ ref('int_risk__active_diagnosis') }}
),

charlson as (
    select * from {{ ref('int_risk__charlson') }}
),

window_days as (
    select measure, max(window_days) as window_days
    from {{ ref('risk_weight') }}
    where domain = 'clinical'
    group by measure
),

screened as (
    select
        score_point, part2_view, client_key, screening_key, administered_date, age_days,
        case instrument
            when 'phq9' then 'phq9_latest'
            when 'audit' then 'audit_total'
            when 'dast10' then 'dast10_total'
            when 'dla20' then 'dla20_mean'
            when 'cssrs' then 'cssrs_level'
        end as measure,
        score as value,
        is_part2
    from latest_screening
),

-- rules/risk-score.md#clinical: PHQ-9 higher than the best score, or not halved after eight weeks
course as (
    select
        latest.score_point,
        latest.part2_view,
        latest.client_key,
        latest.screening_key,
        latest.administered_date,
        latest.is_course_part2 as is_part2,
        latest.score - latest.best_score as rise,
        latest.best_score,
        case
            when latest.score >= {{ risk_setting('phq9_baseline_score') }}
                and latest.score
                > latest.baseline_score * {{ risk_setting('phq9_response_share') }}
                and latest.administered_date - latest.baseline_date
                >= {{ risk_setting_days('phq9_response_day') }}
                then floor((latest.score_date - latest.baseline_date) / 7)
        end as weeks_without_response
    from latest_screening as latest
    where latest.instrument = 'phq9'
        and latest.age_days <= {{ risk_window_days('phq9_latest') }}
),

screening_fact as (
    select
        screened.score_point, screened.part2_view, screened.client_key, screened.screening_key,
        screened.measure, screened.value, screened.is_part2,
        screened.administered_date as evidence_date, null as compared_value
    from screened
    inner join window_days
        on screened.measure = window_days.measure
        and screened.age_days <= window_days.window_days
    union all
    select
        score_point, part2_view, client_key, screening_key,
        'phq9_rise' as measure, rise as value, is_part2, administered_date as evidence_date,
        best_score as compared_value
    from course
    where rise > 0
    union all
    select
        score_point, part2_view, client_key, screening_key,
        'phq9_weeks_without_response' as measure, weeks_without_response as value, is_part2,
        administered_date as evidence_date, null as compared_value
    from course
    where weeks_without_response is not null
),

self_harm as (
    select
        score_point, part2_view, client_key, event_key, start_date, start_days, is_part2,
        row_number() over (
            partition by score_point, part2_view, client_key
            order by start_days, is_part2, event_key
        ) as event_rank
    from dated_event
    where is_self_harm
        and start_days <= {{ risk_window_days('days_since_self_harm') }}
),

fact as (
    select
        screening_fact.score_point,
        screening_fact.part2_view,
        screening_fact.client_key,
        screening_fact.measure,
        cast(screening_fact.value as decimal(18, 4)) as value,
        screening_fact.is_part2,
        screening.evidence_table,
        screening.evidence_key,
        screening_fact.evidence_date,
        cast(screening_fact.compared_value as decimal(18, 4)) as compared_value
    from screening_fact
    inner join screening on screening_fact.screening_key = screening.screening_key
    union all
    select
        self_harm.score_point,
        self_harm.part2_view,
        self_harm.client_key,
        'days_since_self_harm' as measure,
        cast(self_harm.start_days as decimal(18, 4)) as value,
        self_harm.is_part2,
        acute_event.evidence_table,
        acute_event.evidence_key,
        self_harm.start_date as evidence_date,
        null as compared_value
    from self_harm
    inner join acute_event
        on self_harm.event_key = acute_event.event_key
        and self_harm.part2_view = acute_event.part2_view
    where self_harm.event_rank = 1
    union all
    select *, null as compared_value from diagnosis_fact
    union all
    select
        score_point, part2_view, client_key, 'charlson_score' as measure,
        cast(charlson_score as decimal(18, 4)) as value,
        is_part2, evidence_table, evidence_key, evidence_date, null as compared_value
    from charlson
)

select * from fact
