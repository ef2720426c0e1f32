with
response as (
    select * from {{ ref('int_score__screening_spanned') }}
    where next_administered_at is null or next_administered_at > administered_at
),

spine as (
    select * from {{ ref('int_score__spine') }}
),

-- C-SSRS: the highest level of the window; a later lower answer lowers no concern.
recent_level as (
    select
        spine.spine,
        spine.spine_date,
        response.evidence_scope,
        response.client_key,
        response.instrument,
        response.screening_key,
        response.administered_date,
        spine.spine_date - response.administered_date as age_days,
        response.score,
        response.is_part2,
        row_number() over (
            partition by spine.spine, response.evidence_scope, response.client_key
            order by response.score desc, response.administered_at desc, response.screening_key
        ) as choice
    from response
    inner join spine
        on response.administered_at <= spine.spine_at
        and spine.spine_date - response.administered_date
        <= {{ risk_window_days('cssrs_level') }}
    where response.instrument = 'cssrs'
),

latest_response as (
    select
        spine.spine,
        spine.spine_date,
        response.evidence_scope,
        response.client_key,
        response.instrument,
        response.screening_key,
        response.administered_date,
        spine.spine_date - response.administered_date as age_days,
        response.score,
        response.is_part2
    from response
    inner join spine
        on response.administered_at <= spine.spine_at
        and coalesce(response.next_administered_at > spine.spine_at, true)
    where response.instrument <> 'cssrs'
    union all
    select
        spine, spine_date, evidence_scope, client_key, instrument, screening_key,
        administered_date, age_days, score, is_part2
    from recent_level
    where choice = 1
),

window_days as (
    select {{ risk_window_days('phq9_rise') }} as window_days
),

-- Best score and baseline of the year that ends with the latest PHQ-9.
phq9 as (
    select
        evidence_scope, client_key, screening_key, administered_at, administered_date, score,
        is_part2
    from response
    where instrument = 'phq9'
),

course as (
    select
        latest_response.spine,
        latest_response.evidence_scope,
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
        and latest_response.evidence_scope = phq9.evidence_scope
        and phq9.administered_date <= latest_response.administered_date
        and phq9.administered_date
        >= latest_response.administered_date - window_days.window_days
    where latest_response.instrument = 'phq9'
    group by
        latest_response.spine, latest_response.evidence_scope, latest_response.client_key,
        latest_response.screening_key
),

course_baseline as (
    select
        course.spine,
        course.evidence_scope,
        course.screening_key,
        course.best_score,
        course.is_part2,
        baseline.administered_date as baseline_date,
        baseline.score as baseline_score
    from course
    left join phq9 as baseline
        on course.client_key = baseline.client_key
        and course.evidence_scope = baseline.evidence_scope
        and course.baseline_at = baseline.administered_at
),

latest as (
    select
        latest_response.spine,
        latest_response.spine_date,
        latest_response.evidence_scope,
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
        and latest_response.spine = course.spine
        and latest_response.evidence_scope = course.evidence_scope
)

select * from latest
