{#
    Setting of a stay or emergency visit (rules/encounters-and-claims.md#event-setting): the setting that the facility or
    the room on the claim gives, else psychiatric in a crisis center, else by the principal diagnosis, else unknown.

    principal: alias of the row of int_code__classified for the principal diagnosis; a code that maps to no ICD-10-CM code
    decides nothing. self_harm_any, overdose_any: harm in any position, which decides for an emergency visit only.
#}
{% macro event_setting(
    reported_setting, kind, principal, self_harm_any='false', overdose_any='false'
) -%}
    case
        when {{ reported_setting }} is not null then {{ reported_setting }}
        when {{ kind }} = 'crisis' then 'psychiatric'
        when
            {{ principal }}.is_mental_any
            or {{ principal }}.is_mental_principal_2025
            or {{ self_harm_any }}
            then 'psychiatric'
        when {{ principal }}.is_sud or {{ overdose_any }} then 'substance_use'
        when {{ principal }}.is_known then 'medical'
        else 'unknown'
    end
{%- endmacro %}
