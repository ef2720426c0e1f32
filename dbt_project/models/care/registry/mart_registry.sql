-- Longer than the budget: a row of the registry has everything a case review needs of an episode.
with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

episode as (
    select
        enrolled.*,
        enrollment.program_id,
        least(coalesce(enrolled.end_date, run.as_of_date), run.as_of_date) as last_date
    from {{ ref('int_care_episode__enrolled') }} as enrolled
    inner join {{ ref('fct_program_enrollment') }} as enrollment
        on enrolled.program_enrollment_key = enrollment.program_enrollment_key
    cross join run
    where enrolled.part2_view = 'full'
),

-- rules/registry.md#outcome
outcome as (
    select
        registry_key,
        min(case when score_number = 1 then administered_date end) as baseline_date,
        min(case when score_number = 1 then score end) as baseline_score,
        min(case when next_administered_date is null then administered_date end) as latest_date,
        min(case when next_administered_date is null then score end) as latest_score,
        min(score) as best_score,
        cast(count(*) as integer) as score_count,
        bool_or(next_administered_date is null and is_response) as has_response,
        bool_or(next_administered_date is null and is_remission) as is_in_remission,
        min(case when is_response then administered_date end) as response_date,
        min(case when is_remission then administered_date end) as remission_date,
        bool_or(is_part2) as is_part2
    from {{ ref('mart_registry_score') }}
    group by registry_key
),

episode_activity as (
    select
        episode.program_enrollment_key,
        episode.start_date,
        outcome.remission_date,
        activity.*,
        min(case when activity.is_contacted or activity.session_count > 0 then activity_date end)
            over (partition by episode.program_enrollment_key) as first_contact_date,
        sum(activity.contact_minutes) over (
            partition by
                episode.program_enrollment_key,
                extract(year from activity.activity_date),
                extract(month from activity.activity_date)
        ) as month_minutes
    from episode
    inner join {{ ref('int_registry__activity') }} as activity
        on episode.client_key = activity.client_key
        and activity.activity_date between episode.start_date and episode.last_date
    left join outcome on episode.program_enrollment_key = outcome.registry_key
),

-- rules/registry.md#contact and rules/registry.md#billable-month
care as (
    select
        program_enrollment_key,
        min(first_contact_date) as first_contact_date,
        max(case when is_contacted then activity_date end) as last_contact_date,
        max(case when is_consulted then activity_date end) as last_consult_date,
        min(
            case
                when (is_contacted or session_count > 0) and activity_date > first_contact_date
                    then activity_date
            end
        ) as second_contact_date,
        cast(sum(session_count) as integer) as session_count,
        cast(
            sum(case when activity_date <= remission_date then session_count end) as integer
        ) as sessions_to_remission,
        min(
            case
                when month_minutes >= {{ registry_setting('billable_minutes') }}
                    then cast({{ dbt.date_trunc('month', 'activity_date') }} as date)
            end
        ) as first_billable_month
    from episode_activity
    group by program_enrollment_key
),

relapse_plan as (
    select episode.program_enrollment_key
    from episode
    inner join outcome on episode.program_enrollment_key = outcome.registry_key
    inner join {{ ref('int_care_episode__treated') }} as step
        on episode.client_key = step.client_key
        and step.part2_view = 'full'
        and step.step = 'relapse_plan'
        and step.step_date >= outcome.remission_date
    group by episode.program_enrollment_key
),

assembled as (
    select
        episode.program_enrollment_key as registry_key,
        episode.client_key,
        client.client_id,
        client.care_manager_id,
        episode.program_id,
        request.referral_date,
        request.first_contact_date as intake_date,
        request.intake_outcome,
        request.is_insured,
        request.payer_type,
        episode.start_date,
        episode.end_date,
        episode.is_active,
        cast(
            floor({{ dbt.datediff('episode.start_date', 'episode.last_date', 'day') }} / 7.0)
            as integer
        ) as weeks_in_treatment,
        outcome.baseline_date,
        outcome.baseline_score,
        outcome.latest_date,
        outcome.latest_score,
        outcome.best_score,
        coalesce(outcome.score_count, 0) as score_count,
        outcome.has_response,
        outcome.is_in_remission,
        outcome.response_date,
        outcome.remission_date,
        cast(
            floor({{ dbt.datediff('episode.start_date', 'outcome.remission_date', 'day') }} / 7.0)
            as integer
        ) as weeks_to_remission,
        case
            when outcome.remission_date is not null then coalesce(care.sessions_to_remission, 0)
        end as sessions_to_remission,
        case
            when not episode.is_active then null
            when relapse_plan.program_enrollment_key is not null then 'relapse_prevention'
            else 'acute'
        end as phase,
        care.last_contact_date,
        cast(
            {{ dbt.datediff(
                'coalesce(care.last_contact_date, episode.start_date)', 'run.as_of_date', 'day'
            ) }} as integer
        ) as contact_gap_days,
        -- null until the days for a follow-up have passed
        case
            when care.second_contact_date <= care.first_contact_date
                + {{ registry_setting('early_follow_up_days') }} then true
            when care.first_contact_date + {{ registry_setting('early_follow_up_days') }}
                < episode.last_date then false
        end as has_early_follow_up,
        care.last_consult_date,
        coalesce(care.session_count, 0) as session_count,
        care.first_billable_month,
        coalesce(flag.needs_case_review, false) as needs_case_review,
        coalesce(flag.review_red_from_date <= run.as_of_date, false) as is_case_review_late,
        coalesce(flag.needs_measurement, false) as needs_measurement,
        coalesce(flag.is_worse, false) as is_worse,
        coalesce(flag.needs_relapse_plan, false) as needs_relapse_plan,
        episode.is_part2 or coalesce(outcome.is_part2, false) as is_part2
    from episode
    cross join run
    inner join {{ ref('dim_client') }} as client on episode.client_key = client.client_key
    left join {{ ref('int_registry__request') }} as request
        on episode.program_enrollment_key = request.program_enrollment_key
    left join outcome on episode.program_enrollment_key = outcome.registry_key
    left join care on episode.program_enrollment_key = care.program_enrollment_key
    left join relapse_plan
        on episode.program_enrollment_key = relapse_plan.program_enrollment_key
    left join {{ ref('int_registry__flag') }} as flag
        on episode.program_enrollment_key = flag.program_enrollment_key
),

registry as (
    select
        *,
        -- rules/registry.md#contact
        case
            when phase = 'acute' and contact_gap_days > {{ registry_setting('contact_late_days') }}
                then 'late'
            when phase = 'acute' and contact_gap_days > {{ registry_setting('contact_due_days') }}
                then 'due'
            when phase = 'relapse_prevention'
                and contact_gap_days > {{ registry_setting('relapse_contact_late_days') }}
                then 'late'
            when phase is not null then 'on_time'
        end as contact_status,
        -- rules/registry.md#measurement
        case
            when phase is null then null
            when is_in_remission
                then latest_date + {{ registry_setting('remission_measure_again_days') }}
            else latest_date + {{ registry_setting('measure_again_days') }}
        end as next_measure_date
    from assembled
)

select * from registry
