{#
    A period that lies between the first and the last instant of a year, in UTC. A date without a time is undecided on the
    first and last day, and so does not lie in it.
#}
{% macro instant_in_year(start, end, first_day, last_day) -%}
    case
            when {{ start }}_at is not null
                then {{ start }}_at >= {{ start_of_local_day(first_day, "'UTC'") }}
            else {{ start }}_date > {{ first_day }}
        end
        and {{ instant_until_year_end(end, last_day) }}
{%- endmacro %}

{# On or before the last instant of a year. #}
{% macro instant_until_year_end(written, last_day) -%}
    case
            when {{ written }}_at is not null
                then {{ written }}_at < {{ start_of_local_day(dbt.dateadd('day', 1, last_day), "'UTC'") }}
            else {{ written }}_last_date < {{ last_day }}
        end
{%- endmacro %}
