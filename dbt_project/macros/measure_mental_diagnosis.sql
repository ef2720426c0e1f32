{#
    Expression: whether a stay or an emergency visit is an event of FUH or FUM by its diagnoses (rules/measures/fuh.md#diagnosis):
    mental illness by the list of the year or self-harm as principal diagnosis, from MY2025 self-harm in any position.

    event  a relation with the flags of fct_stay or fct_ed_visit and the rules self_harm_any_position and
           uses_2025_diagnosis_list
#}
{% macro measure_mental_diagnosis(event) -%}
        coalesce(
            {{ event }}.is_self_harm_principal
            or ({{ event }}.self_harm_any_position = 1 and {{ event }}.is_self_harm_any)
            or ({{ event }}.uses_2025_diagnosis_list = 1 and {{ event }}.is_mental_principal_2025)
            or ({{ event }}.uses_2025_diagnosis_list = 0 and {{ event }}.is_mental_principal_2024),
            false
        )
{%- endmacro %}
