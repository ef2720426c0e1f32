{#
    The last event by each score date, by Part 2 view and client: a select of score_point, score_date,
    part2_view, client_key, last_at. It reads the events once for all score dates.

    events: name of a CTE with client_key and is_part2.
    at: name of its timestamp column.
    Reads the CTEs score_date and client_part2_view of the model that calls it.
#}
{% macro last_by_score_date(events, at) %}
    {%- set days = ['current', 'hysteresis', 'month_ago'] -%}
    select
        score_date.score_point,
        score_date.score_date,
        event_by_view.part2_view,
        event_by_view.client_key,
        case score_date.score_point
            {%- for day in days %}
            when '{{ day }}' then event_by_view.{{ day }}_at
            {%- endfor %}
        end as last_at
    from (
        select
            client_part2_view.part2_view,
            last_event.client_key
            {%- for day in days %},
            max(last_event.{{ day }}_at) as {{ day }}_at
            {%- endfor %}
        from (
            select
                event.client_key,
                event.is_part2
                {%- for day in days %},
                max(case when event.{{ at }} <= moment.{{ day }}_at then event.{{ at }} end)
                    as {{ day }}_at
                {%- endfor %}
            from {{ events }} as event
            cross join (
                select
                {%- for day in days %}
                    max(case when score_point = '{{ day }}' then score_at end) as {{ day }}_at
                    {%- if not loop.last %},{% endif %}
                {%- endfor %}
                from score_date
            ) as moment
            group by event.client_key, event.is_part2
        ) as last_event
        inner join client_part2_view on last_event.client_key = client_part2_view.client_key
        where client_part2_view.part2_view = 'full' or not last_event.is_part2
        group by client_part2_view.part2_view, last_event.client_key
    ) as event_by_view
    cross join score_date
{% endmacro %}
