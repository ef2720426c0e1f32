with
acute_event as (
    select * from {{ ref('int_risk__acute_event') }}
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

lookback as (
    select max(window_days) as window_days
    from {{ ref('risk_weight') }}
    where domain in ('transition', 'utilization')
        or measure in ('days_since_self_harm', 'safety_plan_missing')
),

-- All rules about acute care read this join of events, score dates and views.
dated_event as (
    select
        score_date.score_point,
        client_part2_view.part2_view,
        acute_event.client_key,
        acute_event.event_key,
        acute_event.event_kind,
        acute_event.start_date,
        acute_event.end_date,
        acute_event.ended_at,
        score_date.score_date,
        score_date.score_date - acute_event.start_date as start_days,
        case when acute_event.end_date <= score_date.score_date
                then score_date.score_date - acute_event.end_date
        end as end_days,
        acute_event.is_to_community,
        acute_event.is_against_advice,
        acute_event.is_self_harm,
        acute_event.is_part2
    from acute_event
    cross join score_date
    cross join lookback
    inner join client_part2_view
        on acute_event.client_key = client_part2_view.client_key
        and acute_event.part2_view = client_part2_view.part2_view
    where acute_event.start_date <= score_date.score_date
        and coalesce(acute_event.end_date, score_date.score_date)
        >= score_date.score_date - lookback.window_days
)

select * from dated_event
