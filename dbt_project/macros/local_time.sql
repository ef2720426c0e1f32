{# Instants are UTC; rules speak of days in the agency's zone. These macros are the only bridge. #}

{# The wall-clock timestamp of an instant in a zone. #}
{% macro local_timestamp(instant, zone) -%}
    (({{ instant }}) at time zone {{ zone }})
{%- endmacro %}

{# The calendar day of an instant in a zone. #}
{% macro local_date(instant, zone) -%}
    cast({{ local_timestamp(instant, zone) }} as date)
{%- endmacro %}

{# The instant at which a calendar day starts in a zone. #}
{% macro start_of_local_day(day, zone) -%}
    (cast({{ day }} as timestamp) at time zone {{ zone }})
{%- endmacro %}

{# 23:59:59 of a calendar day in a zone, as an instant: "same day" and "end of next day" mean this. #}
{% macro end_of_local_day(day, zone) -%}
    ((cast({{ day }} as timestamp) + interval '86399 seconds') at time zone {{ zone }})
{%- endmacro %}

{# The instant of a wall-clock timestamp in a zone. #}
{% macro instant_of(wall_clock, zone) -%}
    (({{ wall_clock }}) at time zone {{ zone }})
{%- endmacro %}
