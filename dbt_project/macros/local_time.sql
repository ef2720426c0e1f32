{# Timestamps are UTC; rules use dates in the agency's time zone. Only these macros convert between them. #}

{# Local clock time of a timestamp in a time zone. #}
{% macro local_timestamp(instant, zone) -%}
    (({{ instant }}) at time zone {{ zone }})
{%- endmacro %}

{# Local date of a timestamp in a time zone. #}
{% macro local_date(instant, zone) -%}
    cast({{ local_timestamp(instant, zone) }} as date)
{%- endmacro %}

{# Timestamp at which a local date starts in a time zone. #}
{% macro start_of_local_day(day, zone) -%}
    (cast({{ day }} as timestamp) at time zone {{ zone }})
{%- endmacro %}

{# Timestamp of 23:59:59 of a local date in a time zone, the meaning of "same day" and "end of next day". #}
{% macro end_of_local_day(day, zone) -%}
    ((cast({{ day }} as timestamp) + interval '86399 seconds') at time zone {{ zone }})
{%- endmacro %}

{#
    Timestamp of a local clock time in a time zone (rules/dates-and-times.md#clock-changes). The database reads a skipped
    time an hour later and an ambiguous time as its second instant; both are an hour earlier.
#}
{% macro instant_of(wall_clock, zone) -%}
    {%- set instant = '((' ~ wall_clock ~ ') at time zone ' ~ zone ~ ')' -%}
    {%- set hour_before = '(' ~ instant ~ " - interval '1 hour')" -%}
    case
        when {{ local_timestamp(instant, zone) }} <> ({{ wall_clock }})
            or {{ local_timestamp(hour_before, zone) }} = ({{ wall_clock }})
            then {{ hour_before }}
        else {{ instant }}
    end
{%- endmacro %}

{# Timestamp so many local days after another one, at the same local clock time. #}
{% macro local_days_later(instant, days, zone) -%}
    {{ instant_of(local_timestamp(instant, zone) ~ ' + ' ~ days ~ " * interval '1 day'", zone) }}
{%- endmacro %}
