{#
    Body of a CTE: the events that remain if each one hides those of the same client on the days after it: the first, then
    the first that is more than repeat_days after that one, and so on. One row per measure_id, basis and event_key.

    event           a CTE with measure_id, basis, measurement_year, client_key, event_key and the columns
    event_date      its column: day of the event
    repeat_days     its column: last day after an event on which another one does not count
    same_day_order  its column: order of the events of one day
#}
{% macro measure_spaced(event, event_date, repeat_days, same_day_order='started_at') -%}
with recursive numbered_event as (
    select
        measure_id,
        basis,
        measurement_year,
        client_key,
        event_key,
        {{ event_date }} as event_date,
        {{ repeat_days }} as repeat_days,
        row_number() over (
            partition by measure_id, basis, measurement_year, client_key
            order by {{ event_date }}, {{ same_day_order }}, event_key
        ) as event_number
    from {{ event }}
),

following_event as (
    select
        event.measure_id,
        event.basis,
        event.measurement_year,
        event.client_key,
        event.event_key,
        event.event_number,
        min(later_event.event_number) as next_number
    from numbered_event as event
    left join numbered_event as later_event
        on event.measure_id = later_event.measure_id
        and event.basis = later_event.basis
        and event.measurement_year = later_event.measurement_year
        and event.client_key = later_event.client_key
        and later_event.event_date
        > {{ dbt.dateadd('day', 'event.repeat_days', 'event.event_date') }}
    group by
        event.measure_id,
        event.basis,
        event.measurement_year,
        event.client_key,
        event.event_key,
        event.event_number
),

walk as (
    select * from following_event
    where event_number = 1
    union all
    select following_event.*
    from walk
    inner join following_event
        on walk.measure_id = following_event.measure_id
        and walk.basis = following_event.basis
        and walk.measurement_year = following_event.measurement_year
        and walk.client_key = following_event.client_key
        and walk.next_number = following_event.event_number
)

select measure_id, basis, event_key from walk
{%- endmacro %}
