-- Depression response: the last PHQ-9 on day 42 to 180 is at most half of the first total of 10 or
-- more in the year (rules/measures/phq9-response.md#response).
with

measurement_period as (
    {{ measure_period('phq9_response', [
        'baseline_score', 'first_day', 'last_day', 'response_percent',
    ]) }}
),

phq9_total as (
    {{ phq9_total() }}
),

high_total as (
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
        and score.total_score >= period.baseline_score
),

-- rules/measures/phq9-response.md#baseline: the first total of 10 or more, once per client and year
denominator as (
    select
        'phq9_response' as measure_id,
        measure_version,
        measurement_year,
        'operational' as basis,
        client_key,
        screening_key as event_key,
        administered_date as event_date,
        {{ end_of_local_day(
            dbt.dateadd('day', 'last_day', 'administered_date'), 'time_zone'
        ) }} as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key,
        total_score as baseline_total,
        first_day,
        last_day,
        response_percent
    from high_total
    where number_in_year = 1
),

exclusion as (
    {{ measure_death(
        'denominator',
        dbt.datediff('event.event_date', 'client.death_date', 'day') ~ ' <= event.last_day'
    ) }}
),

follow_up_total as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        score.total_score * 100 <= event.baseline_total * event.response_percent as is_met,
        score.evidence_table,
        score.evidence_key,
        score.administered_date as evidence_date,
        score.administered_at,
        score.screening_key
    from denominator as event
    inner join phq9_total as score
        on event.client_key = score.client_key
        and {{ dbt.datediff('event.event_date', 'score.administered_date', 'day') }}
        between event.first_day and event.last_day
),

-- rules/measures/phq9-response.md#response: the latest score in the window decides, not the best
numerator as (
    {{ measure_first('follow_up_total', ['administered_at desc', 'screening_key desc']) }}
),

result as (
    {{ measure_result('phq9_response') }}
)

select * from result
