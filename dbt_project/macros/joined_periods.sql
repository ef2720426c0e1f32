{#
    Joins neighboring months until their counts may be published (docs/suppression.md#periods). The body of a model:
    one row per period.

    A period is closed as soon as its counts are safe; the next month starts a new one. Only earlier months decide, so a
    period never changes in a later release. The latest closed period is held back until the next one is closed, because
    the remainder of a finished series joins it: otherwise a remainder too small to publish would also hide the total.

    relation   one row per series and month: series_key, month_number (1, 2 … without gaps), first_date, last_date,
               may_end (false where the period must go on), is_series_over (true on all rows of a series whose last
               month is present), and the counts
    keys       columns that are equal in all rows of a series, passed through
    counts     columns to sum
    is_unsafe  condition on the sums and maxima, by the names of their columns
    maxima     columns of which the largest counts
    holds      false: every closed period is published at once, and the remainder stays alone (for tables without
               totals)

    Result: series_key, keys, first_date, last_date, month_count, counts, is_series_over, is_published, period_count (of the series).
#}
{% macro joined_periods(relation, keys, counts, is_unsafe, maxima=[], holds=true) -%}
with recursive running_month as (
    select
        series_key,
        month_number,
        1 as period_number,
        {%- for count in counts %}
        {{ count }},
        {%- endfor %}
        {%- for column in maxima %}
        {{ column }},
        {%- endfor %}
        may_end and not ({{ is_unsafe }}) as is_closed
    from {{ relation }}
    where month_number = 1
    union all
    select
        series_key,
        month_number,
        period_number,
        {%- for count in counts %}
        {{ count }},
        {%- endfor %}
        {%- for column in maxima %}
        {{ column }},
        {%- endfor %}
        may_end and not ({{ is_unsafe }}) as is_closed
    from (
        select
            next_month.series_key,
            next_month.month_number,
            next_month.may_end,
            {%- for count in counts %}
            next_month.{{ count }}
                + case when before.is_closed then 0 else before.{{ count }} end as {{ count }},
            {%- endfor %}
            {%- for column in maxima %}
            greatest(
                next_month.{{ column }}, case when before.is_closed then 0 else before.{{ column }} end
            ) as {{ column }},
            {%- endfor %}
            before.period_number + case when before.is_closed then 1 else 0 end as period_number
        from running_month as before
        inner join {{ relation }} as next_month
            on before.series_key = next_month.series_key
            and before.month_number + 1 = next_month.month_number
    ) as summed
),

draft_period as (
    select
        month.series_key,
        {%- for key in keys %}
        month.{{ key }},
        {%- endfor %}
        running_month.period_number,
        min(month.first_date) as first_date,
        max(month.last_date) as last_date,
        count(*) as month_count,
        {%- for count in counts %}
        sum(month.{{ count }}) as {{ count }},
        {%- endfor %}
        min(case when month.is_series_over then 1 else 0 end) = 1 as is_series_over,
        max(case when running_month.is_closed then 1 else 0 end) = 1 as is_closed
    from running_month
    inner join {{ relation }} as month
        on running_month.series_key = month.series_key
        and running_month.month_number = month.month_number
    group by
        month.series_key,
        {%- for key in keys %}
        month.{{ key }},
        {%- endfor %}
        running_month.period_number
),

ended_period as (
    select
        *,
        max(case when is_closed then period_number end) over (partition by series_key)
            as last_closed_number
    from draft_period
),

assigned_period as (
    select
        *,
        {%- if holds %}
        case
            when not is_closed and is_series_over
                then coalesce(last_closed_number, period_number)
            else period_number
        end as assigned_number,
        is_series_over or (is_closed and period_number < last_closed_number) as is_final
        {%- else %}
        period_number as assigned_number,
        is_closed or is_series_over as is_final
        {%- endif %}
    from ended_period
),

joined_period as (
    select
        series_key,
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        min(first_date) as first_date,
        max(last_date) as last_date,
        cast(sum(month_count) as integer) as month_count,
        {%- for count in counts %}
        cast(sum({{ count }}) as bigint) as {{ count }},
        {%- endfor %}
        min(case when is_series_over then 1 else 0 end) = 1 as is_series_over,
        min(case when is_final then 1 else 0 end) = 1 as is_published,
        count(*) over (partition by series_key) as period_count
    from assigned_period
    group by
        series_key,
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        assigned_number
)

select * from joined_period
{%- endmacro %}
