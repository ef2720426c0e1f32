with
response as (
    select * from {{ ref('int_risk__screening_span') }}
    where next_administered_at is null or next_administered_at > administered_at
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
),

-- C-SSRS: the highest level of the window; a later lower level does not replace it.
recent_level as (
    select
        score_date.score_point,
        score_date.score_date,
        response.part2_view,
        response.client_key,
        response.instrument,
        response.screening_key,
        response.administered_date,
        score_date.score_date - response.administered_date as age_days,
        response.score,
        response.is_part2,
        row_number() over (
            partition by score_date.score_point, response.part2_view, response.client_key
            order by response.score desc, response.administered_at desc, response.screening_key
        ) as level_rank
    from response
    inner join score_date
        on response.administered_at <= score_date.score_at
        and score_date.score_date - response.administered_date
        <= {{ risk_window_days('cssrs_level') }}
    where response.instrument = 'cssrs'
),

latest_response as (
    select
        score_date.score_point,
        score_date.score_date,
        response.part2_view,
        response.client_key,
        response.instrument,
        response.screening_key,
        response.administered_date,
        score_date.score_date - response.administered_date as age_days,
        response.score,
        response.is_part2
    from response
    inner join score_date
        on response.administered_at <= score_date.score_at
        and coalesce(response.next_administered_at > score_date.score_at, true)
    where response.instrument <> 'cssrs'
    union all
    select
        score_point, score_date, part2_view, client_key, instrument, screening_key,
        administered_date, age_days, score, is_part2
    from recent_level
    where level_rank = 1
),

window_days as (
    select {{ risk_window_days('phq9_rise') }} as window_days
),

phq9 as (
    select
        part2_view, client_key, screening_key, administered_at, administered_date, score,
        is_part2
    from response
    where instrument = 'phq9'
),

-- Best score and baseline of the 365 days that end with the latest PHQ-9.
course as (
    select
        latest_response.score_point,
        latest_response.part2_view,
        latest_response.client_key,
        latest_response.screening_key,
        min(phq9.score) as best_score,
        min(case when phq9.score >= {{ risk_setting('phq9_baseline_score') }}
                then phq9.administered_at
        end) as baseline_at,
        max(case when phq9.is_part2 then 1 else 0 end) = 1 as is_part2
    from latest_response
    cross join window_days
    inner join phq9
        on latest_response.client_key = phq9.client_key
        and latest_response.part2_view = phq9.part2_view
        and phq9.administered_date <= latest_response.administered_date
        and phq9.administered_date
        >= latest_response.administered_date - window_days.window_days
    where latest_response.instrument = 'phq9'
    group by
        latest_response.score_point, latest_response.part2_view, latest_response.client_key,
        latest_response.screening_key
),

course_baseline as (
    select
        course.score_point,
        course.part2_view,
        course.screening_key,
        course.best_score,
        course.is_part2,
        baseline.administered_date as baseline_date,
        baseline.score as baseline_score
    from course
    left join phq9 as baseline
        on course.client_key = baseline.client_key
        and course.part2_view = baseline.part2_view
        and course.baseline_at = baseline.administered_at
),

latest as (
    select
        latest_response.score_point,
        latest_response.score_date,
        latest_response.part2_view,
        latest_response.client_key,
        latest_response.instrument,
        latest_response.screening_key,
        latest_response.administered_date,
        latest_response.age_days,
        latest_response.score,
        latest_response.is_part2,
        course.best_score,
        course.baseline_date,
        course.baseline_score,
        coalesce(course.is_part2, latest_response.is_part2) as is_course_part2
    from latest_response
    left join course_baseline as course
        on latest_response.screening_key = course.screening_key
        and latest_response.score_point = course.score_point
        and latest_response.part2_view = course.part2_view
)

select * from latest
