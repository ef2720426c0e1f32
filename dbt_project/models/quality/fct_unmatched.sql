-- An unmatched discharge is a missed call. Below the least number of events a share says nothing.
with event as (
    select sending_facility_id, source_client_id from {{ ref('int_alert__delivered') }}
),

identity as (
    select source_scope, source_client_id
    from {{ ref('int_client__matched') }}
    where source = 'adt'
),

quality_limit as (
    select * from {{ ref('quality_limit') }}
    where limit_id = 'unmatched_least_events'
),

counted_event as (
    select
        count(*) as event_count,
        count(*) filter (where identity.source_client_id is null) as unmatched_count
    from event
    left join identity
        on event.sending_facility_id = identity.source_scope
        and event.source_client_id = identity.source_client_id
),

unmatched_share as (
    select
        'adt' as source,
        counted_event.event_count,
        counted_event.unmatched_count,
        cast(
            case
                when counted_event.event_count >= quality_limit.limit_value
                    then 1.0 * counted_event.unmatched_count / counted_event.event_count
            end as decimal(9, 4)
        ) as unmatched_rate
    from counted_event
    cross join quality_limit
)

select * from unmatched_share
