{#
    Dates and times as people read them (`Fri 12 Jun`, `Fri 12 Jun 14:30`), as publishing/dates.py writes them. The year is
    shown where it is not the year of reference_day.
#}

{% macro date_text(day, reference_day) -%}
    substr('MonTueWedThuFriSatSun', 1 + 3 * mod(({{ day }}) - cast('1900-01-01' as date), 7), 3)
    || ' ' || cast(extract(day from {{ day }}) as {{ dbt.type_string() }})
    || ' ' || substr(
        'JanFebMarAprMayJunJulAugSepOctNovDec',
        cast(3 * extract(month from {{ day }}) - 2 as integer), 3
    )
    || case
        when extract(year from {{ day }}) = extract(year from {{ reference_day }}) then ''
        else ' ' || cast(extract(year from {{ day }}) as {{ dbt.type_string() }})
    end
{%- endmacro %}

{# Clock time of a local timestamp: `14:30`. #}
{% macro clock_text(local) -%}
    lpad(cast(extract(hour from {{ local }}) as {{ dbt.type_string() }}), 2, '0')
    || ':' || lpad(cast(extract(minute from {{ local }}) as {{ dbt.type_string() }}), 2, '0')
{%- endmacro %}

{# Date and time of a local timestamp; the first and the last second of a day mean that the time is not known. #}
{% macro moment_text(local, reference_day) -%}
    {{ date_text('cast(' ~ local ~ ' as date)', reference_day) }}
    || case
        when cast({{ local }} as time) in (cast('00:00:00' as time), cast('23:59:59' as time)) then ''
        else ' ' || {{ clock_text(local) }}
    end
{%- endmacro %}

{# How long ago a day is: `today`, `yesterday`, `18 days ago`, `6 months ago`. #}
{% macro ago_text(day, reference_day) -%}
    case
        when {{ reference_day }} - ({{ day }}) <= 0 then 'today'
        when {{ reference_day }} - ({{ day }}) = 1 then 'yesterday'
        when {{ reference_day }} - ({{ day }}) < {{ list_setting('months_from_days') }}
            then cast({{ reference_day }} - ({{ day }}) as {{ dbt.type_string() }}) || ' days ago'
        else cast(
                cast(round(({{ reference_day }} - ({{ day }})) * 12 / 365.25) as integer)
                as {{ dbt.type_string() }}
            ) || ' months ago'
    end
{%- endmacro %}

{# A usual interval in days: `every week`, `every 2 weeks`, `every month`, `every 45 days`. #}
{% macro interval_text(days) -%}
    {%- set whole = "cast(round(" ~ days ~ ") as integer)" -%}
    case
        when {{ whole }} <= 1 then 'every day'
        when {{ whole }} = 7 then 'every week'
        when {{ whole }} in (30, 31) then 'every month'
        when {{ whole }} in (60, 61) then 'every 2 months'
        when {{ whole }} in (90, 91, 92) then 'every 3 months'
        when mod({{ whole }}, 7) = 0 then 'every ' || {{ count_text(days ~ ' / 7') }} || ' weeks'
        else 'every ' || {{ count_text(whole) }} || ' days'
    end
{%- endmacro %}

{# The first Friday on or after a date. #}
{% macro friday_from(day) -%}
    (({{ day }}) + cast(mod(11 - mod(({{ day }}) - cast('1900-01-01' as date), 7), 7) as integer))
{%- endmacro %}
