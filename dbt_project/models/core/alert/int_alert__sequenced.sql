{#
    Longer than the budget: half of it decides which events without a visit number belong together.
    Only the time of an event counts, never the order of arrival.
#}
with run as (
    select * from {{ ref('int_run__as_of') }}
),

rule as (
    select
        max(case when rule_id = 'new_visit_gap_hours' then value end) as new_visit_gap_hours
    from {{ ref('event_rule') }}
),

resent_row as (
    select * from {{ ref('int_alert__first_received') }}
),

-- an event without a time counts from the start of its day if it opens, from the end if it closes
alert as (
    select
        event.*,
        coalesce(event.reported_at, resent_row.received_at, event.received_at) as known_at,
        case
            when event.event_at_precision = 'date'
                and event.event_type not in ('presented', 'admit')
                then {{ end_of_local_day(
                    local_date('event.event_at', 'run.time_zone'), 'run.time_zone'
                ) }}
            else event.event_at
        end as ordered_at,
        case event.event_type
            when 'presented' then 1
            when 'admit' then 2
            when 'transfer' then 3
            when 'cancelled_admit' then 4
            when 'discharge' then 5
            when 'deceased' then 6
            when 'closed' then 7
            else 8
        end as type_order,
        case
            when event.visit_number is not null then 'visit:' || event.visit_number
            when event.source_patient_id is not null then 'patient:' || event.source_patient_id
            when event.medicaid_id is not null then 'medicaid:' || event.medicaid_id
            when event.event_id is not null then 'event:' || event.event_id
            when event.first_name is not null and event.last_name is not null
                and event.birth_date is not null
                then
                    'name:' || lower(event.first_name || '|' || event.last_name) || '|'
                    || cast(event.birth_date as {{ dbt.type_string() }})
            else
                'row:' || event._batch_id || ':'
                || cast(event._source_row as {{ dbt.type_string() }})
        end as visit_identity
    from {{ ref('int_alert__described') }} as event
    cross join run
    left join resent_row
        on
        event.source = resent_row.source
        and event.source_table = resent_row.source_table
        and event._batch_id = resent_row._batch_id
        and event._source_row = resent_row._source_row
    where event.event_at <= run.as_of
),

followed_alert as (
    select
        *,
        lag(event_type) over in_order as previous_type,
        lag(ordered_at) over in_order as previous_at
    from alert
    window in_order as (
        partition by source, sending_facility_id, visit_identity
        order by ordered_at, type_order, event_at, _batch_id, _source_row
    )
),

-- without a visit number, an arrival after an end or after the gap of the rule is another visit
numbered_alert as (
    select
        followed_alert.*,
        sum(
            case
                when followed_alert.visit_number is not null then 0
                when followed_alert.previous_type is null then 1
                when followed_alert.event_type in ('cancelled_admit', 'cancelled_discharge') then 0
                when followed_alert.ordered_at
                    <= followed_alert.previous_at + rule.new_visit_gap_hours * interval '1 hour'
                    then
                        case
                            when followed_alert.event_type in ('presented', 'admit')
                                and followed_alert.previous_type
                                in ('discharge', 'deceased', 'closed', 'cancelled_admit')
                                then 1
                            else 0
                        end
                when followed_alert.event_type in ('presented', 'admit') then 1
                when followed_alert.previous_type in ('discharge', 'deceased', 'closed') then 1
                else 0
            end
        ) over (
            partition by
                followed_alert.source, followed_alert.sending_facility_id,
                followed_alert.visit_identity
            order by
                followed_alert.ordered_at, followed_alert.type_order, followed_alert.event_at,
                followed_alert._batch_id, followed_alert._source_row
            rows between unbounded preceding and current row
        ) as visit_occurrence
    from followed_alert
    cross join rule
),

dated_alert as (
    select
        *,
        case
            when visit_number is null
                then min(event_at) over (
                        partition by
                            source, sending_facility_id, visit_identity, visit_occurrence
                    )
        end as visit_started_at
    from numbered_alert
),

sequenced_alert as (
    select
        {{ surrogate_key([
            'source', 'sending_facility_id', 'visit_identity', 'visit_started_at'
        ]) }} as encounter_key,
        *,
        row_number() over (
            partition by source, sending_facility_id, visit_identity, visit_occurrence
            order by ordered_at, type_order, event_at, _batch_id, _source_row
        ) as event_number
    from dated_alert
)

select * from sequenced_alert
