with run as (
    select * from {{ ref('int_run__as_of') }}
),

line_cadence as (
    select
        *,
        bool_or(is_ordered and last_kept_at is not null) over (
            partition by client_key, part2_view
        ) as has_ordered_line
    from {{ ref('int_engagement__line_cadence') }}
),

-- rules/tasks-and-lanes.md#lane-6: the open gap is that of the line which decides
open_gap as (
    select
        client_key, part2_view, service_line, expected_interval_days, last_kept_at,
        last_kept_date, cast(null as timestamp with time zone) as ended_at,
        cast(null as date) as end_date
    from {{ ref('int_engagement__cadence') }}
    where last_kept_at is not null
),

-- the gap that the last visit of a line ended, so that its task shows as closed; measured by the
-- interval that was expected before that visit
closed_gap as (
    select
        line_cadence.client_key, line_cadence.part2_view, line_cadence.service_line,
        line_cadence.earlier_expected_interval_days as expected_interval_days,
        max(visit.started_at) as last_kept_at,
        max(visit.visit_date) as last_kept_date, line_cadence.last_kept_at as ended_at,
        line_cadence.last_kept_date as end_date
    from line_cadence
    inner join {{ ref('fct_visit') }} as visit
        on line_cadence.client_key = visit.client_key
        and line_cadence.service_line = visit.service_line
        and line_cadence.last_kept_date > visit.visit_date
    where (line_cadence.is_ordered or not line_cadence.has_ordered_line)
        and (line_cadence.part2_view = 'full' or not visit.is_part2)
    group by
        line_cadence.client_key, line_cadence.part2_view, line_cadence.service_line,
        line_cadence.earlier_expected_interval_days, line_cadence.last_kept_at,
        line_cadence.last_kept_date
),

gap as (
    select * from open_gap
    union all
    select * from closed_gap
),

-- the first whole day past the limit
limited_gap as (
    select
        gap.*,
        cast(
            floor(gap.expected_interval_days * {{ engagement_setting('gap_watch_above') }})
            as integer
        ) + 1 as watch_days,
        cast(
            floor(gap.expected_interval_days * {{ engagement_setting('gap_disengaging_above') }})
            as integer
        ) + 1 as disengaging_days
    from gap
    where gap.expected_interval_days > 0
),

long_gap as (
    select limited_gap.*
    from limited_gap
    cross join run
    where coalesce(limited_gap.end_date, run.as_of_date) - limited_gap.last_kept_date
        >= limited_gap.watch_days
),

-- rules/engagement.md#hospital-days: a night in hospital delays the limit if it comes before it
night_in_gap as (
    select
        long_gap.client_key,
        long_gap.part2_view,
        long_gap.service_line,
        long_gap.last_kept_date,
        long_gap.watch_days,
        long_gap.disengaging_days,
        greatest(night.start_date, long_gap.last_kept_date) - long_gap.last_kept_date
            as days_to_stay,
        night.end_date - greatest(night.start_date, long_gap.last_kept_date) + 1 as nights
    from long_gap
    inner join {{ ref('int_client__hospital_night') }} as night
        on long_gap.client_key = night.client_key
        and long_gap.part2_view = night.part2_view
        and long_gap.last_kept_date <= night.end_date
),

counted_night as (
    select
        *,
        days_to_stay - coalesce(
            sum(nights) over (
                partition by client_key, part2_view, service_line, last_kept_date
                order by days_to_stay
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as counted_days
    from night_in_gap
),

hospital_delay as (
    select
        client_key,
        part2_view,
        service_line,
        last_kept_date,
        sum(case when counted_days < watch_days then nights else 0 end) as watch_delay,
        sum(case when counted_days < disengaging_days then nights else 0 end)
            as disengaging_delay
    from counted_night
    group by client_key, part2_view, service_line, last_kept_date
),

dated_gap as (
    select
        long_gap.client_key,
        long_gap.part2_view,
        long_gap.service_line,
        long_gap.expected_interval_days,
        long_gap.last_kept_at,
        long_gap.last_kept_date,
        long_gap.ended_at,
        long_gap.last_kept_date
        + cast(long_gap.watch_days + coalesce(hospital_delay.watch_delay, 0) as integer)
            as watch_date,
        long_gap.last_kept_date
        + cast(long_gap.disengaging_days + coalesce(hospital_delay.disengaging_delay, 0) as integer)
            as disengaging_date
    from long_gap
    left join hospital_delay
        on long_gap.client_key = hospital_delay.client_key
        and long_gap.part2_view = hospital_delay.part2_view
        and long_gap.service_line = hospital_delay.service_line
        and long_gap.last_kept_date = hospital_delay.last_kept_date
)

select * from dated_gap
