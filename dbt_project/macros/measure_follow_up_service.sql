{#
    Condition of a join: whether the setting of a service makes it a follow-up (rules/measures/fuh.md#follow-up). Outpatient,
    and from MY2025 psychiatric residential care and peer support. Provider and diagnosis are the measure's own clauses.

    event    a relation with the rules residential_is_follow_up and peer_support_is_follow_up
    service  fct_outpatient_service
#}
{% macro measure_follow_up_service(event, service) -%}
(
            ({{ service }}.is_follow_up_setting and not {{ service }}.is_residential)
            or ({{ service }}.is_residential and {{ event }}.residential_is_follow_up = 1)
            or ({{ service }}.is_peer_support and {{ event }}.peer_support_is_follow_up = 1)
        )
{%- endmacro %}
