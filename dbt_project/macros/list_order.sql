{#
    The order inside a list and among a client's tasks, as an ORDER BY list (rules/tasks-and-lanes.md#list-order): group,
    the list owner's own rows before covered ones, past due before not, tier, score with the aging boost, due time, a
    stable hash. Group F has the oldest referral first.
#}
{% macro list_order(relation=none) -%}
    {%- set row = relation ~ '.' if relation else '' -%}
    {{ row }}worklist_group,
    {{ row }}is_covered,
    {{ row }}oldest_first nulls last,
    {{ row }}is_past_due desc,
    {{ row }}tier_rank desc,
    {{ row }}aged_score desc,
    {{ row }}due_at,
    {{ row }}stable_hash,
    {{ row }}task_key
{%- endmacro %}
