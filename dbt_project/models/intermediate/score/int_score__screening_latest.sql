with
response as (
    select * from {{ ref('int_score__screening_spanned') }}
    where next_administered_at is null or next_administered_at > administered_at
),

spine as (
    select * from {{ ref('int_score__spine') }}
),

-- C-SSRS: the highest level of the window; a later lower answer lowers no concern.
candidate as (
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
            partition by
                spine.spine, response.evidence_scope, response.client_key, response.instrument
            order by response.score desc, response.administered_at desc, response.screening_key
        ) as choice
    from response
    inner join spine on response.administered_at <= spine.spine_at
    where (
        response.instrument = 'cssrs'
        and spine.spine_date - response.administered_date
        <= {{ risk_window_days('cssrs_level') }}
    )
    or (
        response.instrument <> 'cssrs'
        and (
            response.next_administered_at is null
            or response.next_administered_at > spine.spine_at
        )
    )
),

latest_response as (
    select * from candidate
    where choice = 1
),

window_days as (
    select {{ risk_window_days('phq9_rise') }} as window_days
),

-- Best score and baseline of the year that ends with the latest PHQ-9.
course as (
    select
        latest_response.spine,
        latest_response.evidence_scope,
        latest_response.client_key,
        min(earlier.score) as best_score,
        min(case when earlier.score >= {{ risk_setting('phq9_baseline_score') }}
                then earlier.administered_at
        end) as baseline_at,
        max(case when earlier.is_part2 then 1 else 0 end) = 1 as is_part2
    from latest_response
    cross join window_days
    inner join response as earlier
        on latest_response.client_key = earlier.client_key
        and latest_response.evidence_scope = earlier.evidence_scope
        and earlier.administered_date <= latest_response.administered_date
        and earlier.administered_date
        >= latest_response.administered_date - window_days.window_days
    where latest_response.instrument = 'phq9' and earlier.instrument = 'phq9'
    group by
        latest_response.spine, latest_response.evidence_scope, latest_response.client_key
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
        baseline.administered_date as baseline_date,
        baseline.score as baseline_score,
        coalesce(course.is_part2, latest_response.is_part2) as is_course_part2
    from latest_response
    left join course
        on latest_response.instrument = 'phq9'
        and latest_response.spine = course.spine
        and latest_response.evidence_scope = course.evidence_scope
        and latest_response.client_key = course.client_key
    left join response as baseline
        on baseline.instrument = 'phq9'
        and course.evidence_scope = baseline.evidence_scope
        and course.client_key = baseline.client_key
        and course.baseline_at = baseline.administered_at
)

select * from latest
