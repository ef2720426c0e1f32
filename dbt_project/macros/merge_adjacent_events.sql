{#
    Events that follow each other closely enough to be one, each with the first of its group. The relation has event_id
    (unique), started_at, start_date and merge_through_date: the last day on which a next event may start and still belong.
    by: the columns that must agree. Adds first_event_id.
#}
{% macro merge_adjacent_events(relation, by) -%}
    select
        numbered_event.* exclude (earlier_merge_through_date, group_number),
        first_value(event_id) over (
            partition by {{ by | join(', ') }}, group_number
            order by start_date, started_at, event_id
        ) as first_event_id
    from (
        select
            *,
            sum(case when start_date <= earlier_merge_through_date then 0 else 1 end) over (
                partition by {{ by | join(', ') }}
                order by start_date, started_at, event_id
                rows between unbounded preceding and current row
            ) as group_number
        from (
            select
                *,
                max(merge_through_date) over (
                    partition by {{ by | join(', ') }}
                    order by start_date, started_at, event_id
                    rows between unbounded preceding and 1 preceding
                ) as earlier_merge_through_date
            from {{ relation }}
        ) as followed_event
    ) as numbered_event
{%- endmacro %}
