{#
    The last event before each day of the score's spine, by evidence scope and client: a select of
    spine, spine_date, evidence_scope, client_key, last_at. One pass over the events for all days.

    events: name of a CTE with client_key, is_part2 and the instant `at`.
    Reads the CTEs spine and client_scope of the model that calls it.
#}
{% macro last_by_spine_day(events, at) %}
    {%- set days = ['now', 'd14', 'd30'] -%}
    select
        spine.spine,
        spine.spine_date,
        scoped_event.evidence_scope,
        scoped_event.client_key,
        case spine.spine
            {%- for day in days %}
            when '{{ day }}' then scoped_event.{{ day }}_at
            {%- endfor %}
        end as last_at
    from (
        select
            client_scope.evidence_scope,
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
                    max(case when spine = '{{ day }}' then spine_at end) as {{ day }}_at
                    {%- if not loop.last %},{% endif %}
                {%- endfor %}
                from spine
            ) as moment
            group by event.client_key, event.is_part2
        ) as last_event
        inner join client_scope on last_event.client_key = client_scope.client_key
        where client_scope.evidence_scope = 'all' or not last_event.is_part2
        group by client_scope.evidence_scope, last_event.client_key
    ) as scoped_event
    cross join spine
{% endmacro %}
