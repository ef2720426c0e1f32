{%- set identity %}
        part2_view, client_key, program_enrollment_key, enrollment_id, screening_key, response_id,
        administered_at, administered_date, next_administered_at, treatment_ended_at, is_part2,
        evidence_table, evidence_key
{%- endset %}
with run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

score as (
    select
        *,
        min(case when score < {{ lane_setting('remission_below') }} then administered_date end)
            over (partition by part2_view, program_enrollment_key) as remission_date
    from {{ ref('int_care_episode__scored') }}
),

treatment_step as (
    select * from {{ ref('int_care_episode__treated') }}
),

-- rules/tasks-and-lanes.md#lane-5: a total after which a second one in remission is far enough away
remission_score as (
    select
        *,
        row_number() over (
            partition by part2_view, program_enrollment_key
            order by administered_at, screening_key
        ) as remission_number
    from score
    where score < {{ lane_setting('remission_below') }}
        and administered_date >= remission_date + {{ lane_setting_days('remission_apart_days') }}
),

flag as (
    select
        'case_review' as task_type,
        greatest(
            administered_date, baseline_date + {{ lane_setting_days('review_from_days') }}
        ) as flag_date,
        administered_date + {{ lane_setting_days('recent_score_days') }} + 1 as outdated_date,
        cast(null as date) as plan_from_date,
        baseline_date + {{ lane_setting_days('review_red_from_days') }} as red_from_date,
        {{- identity }}
    from score
    where score >= {{ lane_setting('review_score_from') }}
        and administered_date >= baseline_date + {{ lane_setting_days('response_from_days') }}
        and score > baseline_score * {{ lane_setting('response_share') }}
    union all
    select
        'measure_first' as task_type,
        greatest(
            administered_date + {{ lane_setting_days('recent_score_days') }},
            baseline_date + {{ lane_setting_days('review_from_days') }}
        ) as flag_date,
        cast(null as date) as outdated_date,
        cast(null as date) as plan_from_date,
        cast(null as date) as red_from_date,
        {{- identity }}
    from score
    union all
    select
        'worse' as task_type,
        administered_date as flag_date,
        cast(null as date) as outdated_date,
        cast(null as date) as plan_from_date,
        cast(null as date) as red_from_date,
        {{- identity }}
    from score
    where score >= best_score + {{ lane_setting('worse_points') }}
    union all
    select
        'relapse_plan' as task_type,
        administered_date as flag_date,
        cast(null as date) as outdated_date,
        remission_date as plan_from_date,
        cast(null as date) as red_from_date,
        {{- identity }}
    from remission_score
    where remission_number = 1
),

timed_flag as (
    select
        flag.*,
        greatest(
            flag.administered_at, {{ start_of_local_day('flag.flag_date', 'run.time_zone') }}
        ) as flagged_at,
        {{ start_of_local_day('flag.outdated_date', 'run.time_zone') }} as outdated_at
    from flag
    cross join run
),

-- a consult holds a case review back until it is no longer recent
consulted_flag as (
    select
        flag.task_type,
        flag.part2_view,
        flag.program_enrollment_key,
        flag.screening_key,
        max(step.step_date) as consult_date
    from timed_flag as flag
    inner join treatment_step as step
        on flag.client_key = step.client_key
        and flag.part2_view = step.part2_view
        and step.step_at <= flag.flagged_at
        and step.step_date + {{ lane_setting_days('recent_consult_days') }} >= flag.flag_date
    where flag.task_type = 'case_review' and step.step = 'consult'
    group by
        flag.task_type, flag.part2_view, flag.program_enrollment_key, flag.screening_key
),

opened_flag as (
    select
        flag.*,
        case
            when consulted_flag.consult_date is null then flag.flagged_at
            else {{ start_of_local_day(
                'consulted_flag.consult_date + '
                ~ lane_setting_days('recent_consult_days') ~ ' + 1',
                'run.time_zone'
            ) }}
        end as opened_at
    from timed_flag as flag
    cross join run
    left join consulted_flag
        on flag.task_type = consulted_flag.task_type
        and flag.part2_view = consulted_flag.part2_view
        and flag.program_enrollment_key = consulted_flag.program_enrollment_key
        and flag.screening_key = consulted_flag.screening_key
)

select * from opened_flag
