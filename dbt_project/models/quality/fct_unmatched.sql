-- an unmatched discharge is a missed call; few events give no meaningful rate
with sender as (
    {%- for sender in senders_of('alert') %}
    select '{{ sender }}' as source
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

event as (
    select source, client_source, client_scope, source_client_id from {{ ref('input_alert') }}
),

identity as (
    select source, source_scope, source_client_id from {{ ref('int_client__matched') }}
),

quality_limit as (
    select * from {{ ref('quality_limit') }}
    where limit_id = 'unmatched_least_events'
),

counted_event as (
    select
        sender.source,
        count(event.source) as event_count,
        count(event.source) filter (where identity.source_client_id is null) as unmatched_count
    from sender
    left join event on sender.source = event.source
    left join identity
        on event.client_source = identity.source
        and event.client_scope = identity.source_scope
        and event.source_client_id = identity.source_client_id
    group by sender.source
),

unmatched_share as (
    select
        counted_event.source,
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
