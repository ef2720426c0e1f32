{#
    Dates of FHIR resources as written (rules/measures/fhir.md#dates). A written date becomes three columns:

    <name>_date       first day that it can mean, in its own offset; the day itself where it is complete
    <name>_last_date  last day that it can mean: of the year or month where only these are given
    <name>_at         instant, where it has a time; null for a date

    Comparisons have three values. An unknown one is false here, because it is never evidence.
#}
{% macro written_date(text, name) -%}
    case length({{ text }})
            when 4 then try_cast({{ text }} || '-01-01' as date)
            when 7 then try_cast({{ text }} || '-01' as date)
            else try_cast(left({{ text }}, 10) as date)
        end as {{ name }}_date,
        case length({{ text }})
            when 4 then try_cast({{ text }} || '-12-31' as date)
            when 7 then cast({{ dbt.last_day("try_cast(" ~ text ~ " || '-01' as date)", 'month') }} as date)
            else try_cast(left({{ text }}, 10) as date)
        end as {{ name }}_last_date,
        case when length({{ text }}) > 10 then try_cast({{ text }} as timestamp with time zone) end
            as {{ name }}_at
{%- endmacro %}

{# On or after a day; of a year or month only if all its days are after it. #}
{% macro day_from(written, day) -%}
    ({{ written }}_date > {{ day }} or ({{ written }}_date = {{ day }} and {{ written }}_last_date = {{ day }}))
{%- endmacro %}

{# On or before a day; of a year or month only if all its days are before it. #}
{% macro day_until(written, day) -%}
    ({{ written }}_last_date < {{ day }} or ({{ written }}_date = {{ day }} and {{ written }}_last_date = {{ day }}))
{%- endmacro %}

{# From one day to another, both included. #}
{% macro day_between(written, first, last) -%}
    ({{ day_from(written, first) }} and {{ day_until(written, last) }})
{%- endmacro %}

{#
    An instant on or before another one. A date beside an instant is decided where the days differ in UTC, and unknown
    where they are equal; two dates compare as days.
#}
{% macro instant_until(first, second) -%}
    case
            when {{ first }}_at is not null and {{ second }}_at is not null
                then {{ first }}_at <= {{ second }}_at
            when {{ first }}_at is null and {{ second }}_at is null
                then {{ first }}_last_date < {{ second }}_date
                or (
                    {{ first }}_date = {{ second }}_date
                    and {{ first }}_last_date = {{ second }}_last_date
                    and {{ first }}_date = {{ first }}_last_date
                )
            else {{ utc_date(first, 'last_date') }} < {{ utc_date(second, 'date') }}
        end
{%- endmacro %}

{# The day of an instant in UTC; of a date without a time, one of its days. #}
{% macro utc_date(written, day) -%}
    coalesce({{ local_date(written ~ '_at', "'UTC'") }}, {{ written }}_{{ day }})
{%- endmacro %}

{#
    The days that a window must reach to overlap a period: its last day is reaches_from or later, its first day is
    reaches_until or earlier. Without an end the period is open; without a start it overlaps only if it ends within the
    window, except where open_start holds. Columns: reaches_from, reaches_until; null where no window overlaps.
#}
{% macro reached_days(start, end, open_start='false') -%}
    case
            when {{ start }}_date is null and {{ open_start }} then date '0001-01-01'
            when {{ start }}_date is null then {{ end_of_range(end) }}
            else {{ end_of_range(start) }}
        end as reaches_from,
        case
            when {{ end }}_date is null and ({{ start }}_date is not null or {{ open_start }})
                then date '9999-12-31'
            when {{ end }}_date = {{ end }}_last_date then {{ end }}_date
            else cast({{ dbt.dateadd('day', -1, end ~ '_date') }} as date)
        end as reaches_until
{%- endmacro %}

{# The day itself; of a year or month the day after it. #}
{% macro end_of_range(written) -%}
    case
                when {{ written }}_date = {{ written }}_last_date then {{ written }}_date
                else cast({{ dbt.dateadd('day', 1, written ~ '_last_date') }} as date)
            end
{%- endmacro %}
