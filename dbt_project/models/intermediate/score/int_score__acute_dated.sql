with
acute_event as (
    select * from {{ ref('int_score__acute_event') }}
),

spine as (
    select * from {{ ref('int_score__spine') }}
),

client_scope as (
    select * from {{ ref('int_client__scope') }}
),

lookback as (
    select max(window_days) as window_days
    from {{ ref('risk_weight') }}
    where domain in ('transition', 'utilization', 'clinical', 'care_gap')
),

-- One join of events, days and scopes; every rule about acute care reads its result.
dated_event as (
    select
        spine.spine,
        client_scope.evidence_scope,
        acute_event.client_key,
        acute_event.event_key,
        acute_event.event_kind,
        acute_event.start_date,
        acute_event.end_date,
        acute_event.ended_at,
        spine.spine_date,
        spine.spine_date - acute_event.start_date as start_days,
        case when acute_event.end_date <= spine.spine_date
                then spine.spine_date - acute_event.end_date
        end as end_days,
        acute_event.is_to_community,
        acute_event.is_against_advice,
        acute_event.is_self_harm,
        acute_event.is_part2
    from acute_event
    cross join spine
    cross join lookback
    inner join client_scope on acute_event.client_key = client_scope.client_key
    where acute_event.start_date <= spine.spine_date
        and coalesce(acute_event.end_date, spine.spine_date)
        >= spine.spine_date - lookback.window_days
        and (client_scope.evidence_scope = 'all' or not acute_event.is_part2)
)

select * from dated_event
