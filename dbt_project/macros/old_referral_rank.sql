{#
    Place of a client among the old referrals of a list, oldest first, the list owner's own before covered ones; a list
    shows the first places (rules/tasks-and-lanes.md#old-referrals).
#}
{% macro old_referral_rank() -%}
    row_number() over (
        partition by care_manager_id order by is_covered, oldest_first, stable_hash
    )
{%- endmacro %}
