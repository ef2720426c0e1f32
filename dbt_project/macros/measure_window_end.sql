{#
    Timestamp from which claims and visits of a window are complete: the end of its last local day, on the reporting basis
    claims_runout_days later (rules/measures/shared.md#event-status).

    event     a relation with basis, time_zone and the rule claims_runout_days
    day       its column: day from which the window counts
    last_day  its column: last day of the window, in days after it
#}
{% macro measure_window_end(event, day, last_day) -%}
{%- set runout = 'case when ' ~ event ~ ".basis = 'reporting' then " ~ event
    ~ '.claims_runout_days else 0 end' -%}
{{ end_of_local_day(
    dbt.dateadd('day', '(' ~ event ~ '.' ~ last_day ~ ' + ' ~ runout ~ ')', event ~ '.' ~ day),
    event ~ '.time_zone'
) }}
{%- endmacro %}
