with run as (
    select as_of_date, time_zone from {{ ref('int_run__as_of') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

last_visit as (
    select client_key, part2_view, last_kept_date
    from {{ ref('int_engagement__last_visit') }}
    where service_line = 'any'
),

enrollment as (
    select
        client_part2_view.part2_view,
        enrollment.client_key,
        enrollment.program_enrollment_key,
        enrollment.enrollment_id,
        enrollment.start_date,
        enrollment.end_date,
        coalesce(enrollment.end_date, cast('9999-12-31' as date)) as span_end_date,
        enrollment.is_part2
    from {{ ref('fct_program_enrollment') }} as enrollment
    inner join client_part2_view on enrollment.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not enrollment.is_part2
),

compared_enrollment as (
    select
        *,
        max(span_end_date) over (
            partition by part2_view, client_key
            order by start_date, span_end_date desc, enrollment_id
            rows between unbounded preceding and 1 preceding
        ) as earlier_end_date
    from enrollment
),

-- an enrollment within an earlier one continues its episode of care
episode as (
    select * from compared_enrollment
    where coalesce(earlier_end_date < span_end_date, true)
),

-- rules/tasks-and-lanes.md#lane-5: active treatment is an open enrollment and a recent kept visit
bounded_episode as (
    select
        episode.part2_view,
        episode.client_key,
        episode.program_enrollment_key,
        episode.enrollment_id,
        episode.start_date - {{ lane_setting_days('episode_lead_days') }} as scores_from_date,
        episode.start_date,
        episode.end_date,
        coalesce(
            episode.end_date,
            last_visit.last_kept_date + {{ lane_setting_days('active_visit_days') }}
        ) as last_active_date,
        episode.is_part2
    from episode
    left join last_visit
        on episode.client_key = last_visit.client_key
        and episode.part2_view = last_visit.part2_view
),

treated_episode as (
    select
        bounded_episode.*,
        bounded_episode.end_date is null and bounded_episode.last_active_date >= run.as_of_date
            as is_active,
        case
            when bounded_episode.last_active_date < run.as_of_date
                then {{ end_of_local_day('bounded_episode.last_active_date', 'run.time_zone') }}
        end as treatment_ended_at
    from bounded_episode
    cross join run
    where bounded_episode.last_active_date is not null
)

select * from treated_episode
