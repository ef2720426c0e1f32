-- rules/registry.md#month: one row per program and month, from the episodes of that month
with run as (
    select
        as_of_date,
        cast({{ dbt.date_trunc('month', 'as_of_date') }} as date) as this_month
    from {{ ref('int_run__as_of') }}
),

month_number as (
    select
        row_number() over (order by calendar_date desc) - 1 as months_ago,
        calendar_date as start_date
    from {{ ref('int_business_day__numbered') }} as day
    cross join run
    where extract(day from day.calendar_date) = 1 and day.calendar_date <= run.this_month
),

-- the current month ends with as_of
calendar_month as (
    select
        month_number.start_date,
        least(
            cast(
                {{ dbt.dateadd(
                    'day', -1, dbt.dateadd('month', 1, 'month_number.start_date')
                ) }} as date
            ),
            run.as_of_date
        ) as end_date
    from month_number
    cross join run
    where month_number.months_ago < {{ registry_setting('months') }}
),

episode_month as (
    select
        calendar_month.start_date as month,
        calendar_month.end_date as month_end_date,
        registry.registry_key,
        registry.client_key,
        registry.program_id,
        registry.end_date is null or registry.end_date >= calendar_month.end_date
            as is_enrolled_at_end,
        registry.baseline_date,
        registry.baseline_score
    from {{ ref('mart_registry') }} as registry
    inner join calendar_month
        on registry.start_date <= calendar_month.end_date
        and coalesce(registry.end_date >= calendar_month.start_date, true)
),

activity as (
    select * from {{ ref('int_registry__activity') }}
),

-- active at the end of the month: a kept visit in the days before, as at as_of
active_month as (
    select episode_month.month, episode_month.registry_key
    from episode_month
    inner join activity
        on episode_month.client_key = activity.client_key
        and activity.session_count > 0
        and activity.activity_date between
        episode_month.month_end_date - {{ lane_setting_days('active_visit_days') }}
        and episode_month.month_end_date
    where episode_month.is_enrolled_at_end
    group by episode_month.month, episode_month.registry_key
),

month_activity as (
    select
        episode_month.month,
        episode_month.registry_key,
        bool_or(activity.is_contacted) as is_contacted,
        bool_or(activity.is_consulted) as is_consulted,
        sum(activity.session_count) as session_count
    from episode_month
    inner join activity
        on episode_month.client_key = activity.client_key
        and activity.activity_date between episode_month.month and episode_month.month_end_date
    group by episode_month.month, episode_month.registry_key
),

month_score as (
    select
        episode_month.month,
        episode_month.registry_key,
        score.score as latest_score,
        score.is_response
    from episode_month
    inner join {{ ref('mart_registry_score') }} as score
        on episode_month.registry_key = score.registry_key
        and score.administered_date <= episode_month.month_end_date
        and coalesce(score.next_administered_date > episode_month.month_end_date, true)
),

described_month as (
    select
        episode_month.*,
        active_month.registry_key is not null as is_active,
        coalesce(month_activity.is_contacted, false) as is_contacted,
        coalesce(month_activity.is_consulted, false) as is_consulted,
        coalesce(month_activity.session_count, 0) as session_count,
        case when month_score.registry_key is not null then episode_month.baseline_score end
            as known_baseline_score,
        month_score.latest_score,
        month_score.is_response,
        {{ dbt.datediff('episode_month.baseline_date', 'episode_month.month_end_date', 'day') }}
        >= 7 * {{ registry_setting('improved_from_weeks') }} as is_past_ten_weeks
    from episode_month
    left join active_month
        on episode_month.month = active_month.month
        and episode_month.registry_key = active_month.registry_key
    left join month_activity
        on episode_month.month = month_activity.month
        and episode_month.registry_key = month_activity.registry_key
    left join month_score
        on episode_month.month = month_score.month
        and episode_month.registry_key = month_score.registry_key
),

counted_month as (
    select
        month,
        program_id,
        cast(count(*) as integer) as caseload_count,
        cast(sum(case when is_active then 1 else 0 end) as integer) as active_count,
        cast(count(latest_score) as integer) as scored_count,
        cast(avg(known_baseline_score) as decimal(9, 2)) as baseline_score_mean,
        cast(avg(latest_score) as decimal(9, 2)) as latest_score_mean,
        cast(sum(case when is_contacted then 1 else 0 end) as integer) as contacted_count,
        cast(sum(case when is_past_ten_weeks then 1 else 0 end) as integer) as past_ten_weeks_count,
        cast(
            sum(case when is_past_ten_weeks and is_response then 1 else 0 end) as integer
        ) as improved_count,
        cast(sum(case when is_consulted then 1 else 0 end) as integer) as consulted_count,
        cast(sum(session_count) as integer) as session_count
    from described_month
    group by month, program_id
)

select * from counted_month
