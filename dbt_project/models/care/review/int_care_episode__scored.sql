with episode as (
    select * from {{ ref('int_care_episode__enrolled') }}
),

response as (
    {{ phq9_total() }}
),

episode_score as (
    select
        episode.part2_view,
        episode.client_key,
        episode.program_enrollment_key,
        episode.enrollment_id,
        episode.is_active,
        episode.treatment_ended_at,
        response.screening_key,
        response.response_id,
        response.administered_at,
        response.administered_date,
        response.total_score as score,
        episode.is_part2 or response.is_part2 as is_part2,
        response.evidence_table,
        response.evidence_key,
        row_number() over (
            partition by episode.part2_view, episode.program_enrollment_key
            order by response.administered_at, response.screening_key
        ) as score_number
    from episode
    inner join response
        on episode.client_key = response.client_key
        and response.administered_date >= episode.scores_from_date
        and coalesce(response.administered_date <= episode.end_date, true)
    where episode.part2_view = 'full' or not response.is_part2
),

-- rules/tasks-and-lanes.md#lane-5: the baseline is the first total of 10 or more
baseline as (
    select part2_view, program_enrollment_key, min(score_number) as baseline_number
    from episode_score
    where score >= {{ lane_setting('baseline_from') }}
    group by part2_view, program_enrollment_key
),

scored_episode as (
    select
        episode_score.part2_view,
        episode_score.client_key,
        episode_score.program_enrollment_key,
        episode_score.enrollment_id,
        episode_score.is_active,
        episode_score.treatment_ended_at,
        episode_score.screening_key,
        episode_score.response_id,
        episode_score.administered_at,
        episode_score.administered_date,
        episode_score.score,
        first_value(episode_score.score) over so_far as baseline_score,
        first_value(episode_score.administered_date) over so_far as baseline_date,
        min(episode_score.score) over so_far as best_score,
        lead(episode_score.administered_at) over in_order as next_administered_at,
        -- with the baseline and every total up to this one, which decide on the flags
        bool_or(episode_score.is_part2) over so_far as is_part2,
        episode_score.evidence_table,
        episode_score.evidence_key
    from episode_score
    inner join baseline
        on episode_score.part2_view = baseline.part2_view
        and episode_score.program_enrollment_key = baseline.program_enrollment_key
        and episode_score.score_number >= baseline.baseline_number
    window
        in_order as (
            partition by episode_score.part2_view, episode_score.program_enrollment_key
            order by episode_score.score_number
        ),
        so_far as (
            partition by episode_score.part2_view, episode_score.program_enrollment_key
            order by episode_score.score_number
            rows between unbounded preceding and current row
        )
)

select * from scored_episode
