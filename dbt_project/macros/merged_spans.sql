{#
    Spans that overlap or follow each other without a free day, as one. The relation has start_date and end_date, both
    inclusive and never null; by names the columns that must agree. A span that ends before it starts is none.
#}
{% macro merged_spans(relation, by) -%}
    select
        {{ by | join(', ') }},
        min(start_date) as start_date,
        max(end_date) as end_date
    from (
        select
            *,
            sum(case when start_date <= {{ dbt.dateadd("day", 1, "latest_end_date") }} then 0 else 1 end) over (
                partition by {{ by | join(', ') }}
                order by start_date, end_date
                rows between unbounded preceding and current row
            ) as span_number
        from (
            select
                {{ by | join(', ') }},
                start_date,
                end_date,
                max(end_date) over (
                    partition by {{ by | join(', ') }}
                    order by start_date, end_date
                    rows between unbounded preceding and 1 preceding
                ) as latest_end_date
            from {{ relation }}
            where end_date >= start_date
        ) as followed_span
    ) as numbered_span
    group by {{ by | join(', ') }}, span_number
{%- endmacro %}
