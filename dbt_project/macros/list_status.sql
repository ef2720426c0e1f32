{#
    Whether a client is on a list, and if not, why (rules/tasks-and-lanes.md#account). Counts are null
    without open tasks.
#}
{% macro list_status(is_listed, open_count, waiting_count, snoozed_count) -%}
    case
        when {{ is_listed }} then 'on_list'
        when {{ open_count }} is null then 'no_open_task'
        when {{ waiting_count }} > 0 then 'old_referral_waits'
        when {{ snoozed_count }} > 0 then 'snoozed'
        else 'paused'
    end
{%- endmacro %}
